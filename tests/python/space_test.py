import itertools
import unittest

import numpy as np

import blockscope as bs
from program import TINY, columns, command_line


class SpaceTest(unittest.TestCase):
    def test_describes_itself_as_the_command_line_does(self):
        space = bs.Space("ofa-mbv3")
        self.assertEqual(space.body_size, 7371**5)  # 9 blocks: 9^2 + 9^3 + 9^4 in each of 5 units
        self.assertEqual(space.size, space.body_size)
        self.assertEqual(space.default_resolution, 224)
        self.assertEqual([unit["depths"] for unit in space.units], [[2, 3, 4]] * 5)
        self.assertEqual(len(space.blocks), 9)
        self.assertIn("resnet50", bs.spaces())

    def test_draws_what_the_command_line_draws(self):
        for name, seed in (("ofa-mbv3", 7), ("resnet50", 1)):
            said = columns(command_line("sample", name, "-n", 50, "--seed", seed))
            space = bs.Space(name)
            archs = space.sample(50, seed=seed)
            self.assertEqual(archs.dtype, bs.ARCHITECTURE)
            self.assertEqual(space.texts(archs), said["arch"])
            self.assertTrue(np.array_equal(archs, space.sample(50, seed=seed, threads=1)))

    def test_texts_and_ofa_dictionaries_come_back(self):
        for name in ("ofa-mbv3", "proxylessnas", "resnet50"):
            space = bs.Space(name)
            archs = space.sample(200, seed=3, resolution=space.resolutions[0])
            self.assertTrue(np.array_equal(space.parse(space.texts(archs)), archs))
            self.assertTrue(np.array_equal(space.parse(space.to_ofa(archs)), archs))

    def test_reads_dictionaries_with_numpy_in_them(self):
        space = bs.Space("ofa-mbv3")
        plain = space.parse({"ks": 5, "e": 4, "d": 3, "r": [192]})
        numpy = space.parse({"ks": np.full(20, 5), "e": [np.int64(4)] * 20, "d": np.int8(3),
                             "r": np.array([192])})
        self.assertTrue(np.array_equal(plain, numpy))
        self.assertEqual(plain["resolution"][0], 192)

    def test_contains_tells_a_restricted_space_from_its_parent(self):
        whole, part = bs.Space("ofa-mbv3"), bs.Space("ofa-mbv3:paper/npu")
        archs = whole.sample(2000)
        inside = part.contains(archs)
        self.assertTrue(whole.contains(archs).all())
        self.assertFalse(inside.all())
        self.assertTrue(part.contains(part.sample(100)).all())

    def test_canonical_forgets_inactive_layers(self):
        space = bs.Space("ofa-mbv3")
        archs = space.sample(100)
        dirty = archs.copy()
        dirty["block"][:, 3] += (dirty["depth"][:, 0] < 4).astype(np.uint8)
        self.assertTrue((dirty != archs).any())
        self.assertTrue(np.array_equal(space.canonical(dirty), archs))
        self.assertTrue(np.array_equal(space.canonical(dirty.view(np.uint8).reshape(-1, 64)), archs))

    def test_range_is_that_of_all_networks(self):
        space = bs.Space(toml=TINY)
        blocks = range(2)
        texts = []
        names = ["e2k3", "e3k5"]
        for d1, d2 in itertools.product((1, 2), (2, 3)):
            for layers in itertools.product(blocks, repeat=d1 + d2):
                words = [names[b] for b in layers]
                texts.append("-".join(words[:d1]) + "|" + "-".join(words[d1:]))
        self.assertEqual(len(texts), space.size)
        macs = space.evaluate(space.parse(texts), "macs")["macs"]
        self.assertEqual(space.range("macs"), (macs.min(), macs.max()))
        self.assertIsNone(bs.Space("ofa-mbv3").range("accuracy"))

    def test_says_what_is_wrong_where(self):
        with self.assertRaisesRegex(bs.InputError, "ofa-mbv3"):
            bs.Space("ofa-mbv")
        with self.assertRaisesRegex(ValueError, r"toml:\d+:\d+"):
            bs.Space(toml=TINY.replace("expand = 2", "expand = 'x'"))
        with self.assertRaises(bs.InputError):
            bs.Space("ofa-mbv3").parse("e6k7-nothing")
        with self.assertRaises(TypeError):
            bs.Space()


if __name__ == "__main__":
    unittest.main()
