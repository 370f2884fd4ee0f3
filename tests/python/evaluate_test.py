import gc
import sys
import threading
import unittest

import numpy as np

import blockscope as bs
from program import columns, command_line

METRICS = ["macs", "params", "activation_bytes", "accuracy", "latency/note10"]


class EvaluateTest(unittest.TestCase):
    def setUp(self):
        self.space = bs.Space("ofa-mbv3")

    def test_gives_the_command_lines_numbers_to_the_bit(self):
        import tempfile
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write(command_line("sample", "ofa-mbv3", "-n", 3000, "--seed", 5))
            file.flush()
            asked = [word for name in METRICS for word in ("--metric", name)]
            said = columns(command_line("evaluate", "ofa-mbv3", "--archs", file.name, *asked))
        values = self.space.evaluate(self.space.sample(3000, seed=5), METRICS)
        self.assertEqual(list(values), list(said)[2:])
        for name, column in values.items():
            self.assertEqual(column.dtype, np.float64)
            self.assertEqual(column.tolist(), [float(text) for text in said[name]])
        self.assertEqual(values.units["accuracy_percent"], "%")

    def test_parts_make_the_whole(self):
        # several parts and a rest: what a predictor says must not depend on its batch
        archs = self.space.sample(140000, seed=2)
        whole = self.space.evaluate(archs, ["macs", "accuracy"])
        some = np.r_[0:5, 65530:65542, 131070:131080, 139999]
        few = self.space.evaluate(archs[some], ["macs", "accuracy"])
        for name in few:
            self.assertEqual(few[name].tolist(), whole[name][some].tolist())

    def test_takes_bytes_slices_scalars_texts_and_dictionaries(self):
        archs = self.space.sample(20)
        macs = self.space.evaluate(archs, "macs")["macs"]
        for given, rows in ((archs.view(np.uint8).reshape(-1, 64), slice(None)),
                            (archs[::3], slice(None, None, 3)), (archs[4], slice(4, 5)),
                            (archs[4:5].reshape(()), slice(4, 5)),
                            (np.asfortranarray(archs.view(np.uint8).reshape(-1, 64)), slice(None)),
                            (self.space.texts(archs), slice(None)),
                            (np.frombuffer(b"x" + archs.tobytes(), bs.ARCHITECTURE, offset=1),
                             slice(None)),
                            (self.space.to_ofa(archs), slice(None)), (archs[:0], slice(0, 0))):
            self.assertEqual(self.space.evaluate(given, "macs")["macs"].tolist(),
                             macs[rows].tolist())

    def test_refuses_arrays_that_are_no_architectures(self):
        archs = self.space.sample(4)
        for wrong in (np.zeros((4, 64)), np.zeros((4, 64), np.int64), np.zeros(4, np.int8),
                      np.zeros(4, object), np.zeros(4, "S64"),
                      np.zeros(4, [("resolution", "u2"), ("rest", "V62")])):
            with self.assertRaisesRegex(TypeError, "ARCHITECTURE"):
                self.space.evaluate(wrong, "macs")
        for wrong in (np.zeros((4, 63), np.uint8), np.zeros(64, np.uint8),
                      np.zeros((1, 4, 64), np.uint8), archs.reshape(2, 2)):
            with self.assertRaisesRegex(ValueError, "shape"):
                self.space.evaluate(wrong, "macs")

    def test_refuses_rows_that_no_network_has_and_names_them(self):
        for field, where, value in (("depth", 0, 0), ("depth", 4, 5), ("depth", 5, 1),
                                    ("block", 0, 9), ("block", 20, 1), ("width", 1, 1),
                                    ("stem", 0, 1), ("block", 37, 255)):
            archs = self.space.sample(10)
            archs[field][7, where] = value
            with self.assertRaisesRegex(ValueError, "row 7"):
                self.space.evaluate(archs, "macs")
            with self.assertRaisesRegex(ValueError, "row 7"):
                self.space.texts(archs)
        for resolution in (0, 15, 5000):
            archs = self.space.sample(10)
            archs["resolution"][3] = resolution
            with self.assertRaisesRegex(ValueError, "row 3.*resolution"):
                self.space.evaluate(archs, "macs")
        dirty = self.space.sample(10)
        dirty["depth"][2, 0], dirty["block"][2, 3] = 2, 1
        with self.assertRaisesRegex(ValueError, "row 2.*inactive"):
            self.space.evaluate(dirty, "macs")

    def test_random_bytes_are_refused_not_read(self):
        noise = np.random.default_rng(1)
        for name in ("ofa-mbv3", "resnet50"):
            for _ in range(200):
                with self.assertRaises(ValueError):
                    bs.Space(name).evaluate(noise.integers(0, 256, (3, 64), np.uint8), "macs")

    def test_an_array_stays_as_it_is_during_a_call(self):
        archs = self.space.sample(100)
        before = archs.copy()
        seen = []

        def meddle(batch):
            for attempt in (lambda: archs.__setitem__(0, archs[1]),
                            lambda: archs.resize(1), lambda: archs.resize(10**6, refcheck=False)):
                try:
                    attempt()
                    seen.append("changed")
                except ValueError:
                    seen.append("refused")
            return np.ones(len(batch))

        bs.register_metric("meddle", meddle)
        self.addCleanup(bs.forget_metric, "meddle")
        self.space.evaluate(archs, ["meddle", "macs"])
        self.assertEqual(seen, ["refused"] * 3)
        self.assertTrue(np.array_equal(archs, before))
        archs[0] = archs[1]  # and can be changed after it

    def test_columns_outlive_what_they_came_from(self):
        values = self.space.evaluate(self.space.sample(1000), "macs")
        column = values["macs"]
        total = column.sum()
        del values
        gc.collect()
        self.assertEqual(column.sum(), total)
        column[0] = 1  # they are the caller's

    def test_threads_may_evaluate_at_once(self):
        archs = self.space.sample(20000)
        alone = self.space.evaluate(archs, ["macs", "accuracy"], threads=1)
        results = [None] * 4

        def work(i):
            results[i] = self.space.evaluate(archs, ["macs", "accuracy"], threads=2)

        threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for result in results:
            self.assertTrue(np.array_equal(result["accuracy_percent"], alone["accuracy_percent"]))
        self.assertTrue(archs.flags.writeable)

    def test_says_which_metrics_there_are(self):
        with self.assertRaisesRegex(bs.InputError, "did you mean 'params'"):
            self.space.evaluate(self.space.sample(2), "parms")
        names = [metric["name"] for metric in bs.metrics()]
        self.assertIn("macs", names)
        with self.assertRaisesRegex(KeyError, "macs"):
            self.space.evaluate(self.space.sample(2), "macs")["params"]

    def test_references_are_given_back(self):
        archs = self.space.sample(10)
        count = sys.getrefcount(archs)
        for _ in range(5):
            self.space.evaluate(archs, "macs")
            with self.assertRaises(bs.InputError):
                self.space.evaluate(archs, "nothing")
        gc.collect()
        self.assertEqual(sys.getrefcount(archs), count)


if __name__ == "__main__":
    unittest.main()
