import os
import pathlib
import signal
import tempfile
import threading
import time
import traceback
import unittest

import numpy as np

import blockscope as bs
from program import columns


class MetricTest(unittest.TestCase):
    def setUp(self):
        self.space = bs.Space("ofa-mbv3")
        self.archs = self.space.sample(10)
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def register(self, function, **options):
        self.addCleanup(bs.forget_metric, "mine")
        return bs.register_metric("mine", function, **options)

    def test_a_function_is_a_metric_everywhere(self):
        # layers: what every profile, front and column of it must then say
        self.register(lambda archs: archs["depth"][:, :5].sum(axis=1), unit="layers",
                      better="smaller", column="layers")
        self.assertEqual(self.space.evaluate(self.archs, "mine")["layers"].tolist(),
                         self.archs["depth"].sum(axis=1).tolist())
        self.assertIn("mine", [metric["name"] for metric in bs.metrics()])

        profile = bs.profile(self.space, ["mine", "macs"], n=500)
        depths = profile.depths.where(profile.depths["metric"] == "mine")
        self.assertEqual(set(depths["unit_of_measure"]), {"layers"})
        first = (depths["unit"] == 1) & (depths["depth"] == 4)
        # one layer more is one layer more
        self.assertTrue(np.allclose(depths.where(first)["effect"], 1, atol=0.35))

        front = bs.search(self.space, minimize=["mine", "macs"], iterations=2, initial=50).front
        self.assertEqual(front["layers"].min(), self.space.evaluate(
            self.space.parse(list(front["arch"])), "mine")["layers"].min())

    def test_counts_like_the_built_in_ones_give_their_profile(self):
        def macs(archs):
            return self.space.evaluate(archs, "macs")["macs"]
        self.register(macs, unit="MACs")
        ours = bs.profile(self.space, "mine", n=300, estimator="pooled").placements
        theirs = bs.profile(self.space, "macs", n=300, estimator="pooled").placements
        self.assertEqual(ours["delta"].tolist(), theirs["delta"].tolist())

    def test_nan_is_no_value_and_has_a_reason(self):
        def some(archs):
            values = np.arange(len(archs), dtype=np.float32)
            values[3], values[4] = np.nan, np.inf
            return values
        self.register(some)
        values = self.space.evaluate(self.archs, "mine")
        self.assertTrue(np.isnan(values["mine"][3:5]).all())
        self.assertEqual(values.failures["mine"], [(3, "it gave NaN"), (4, "it gave infinity")])
        text = bs.run("evaluate", "ofa-mbv3", arch=self.space.texts(self.archs), metric="macs").text
        self.assertEqual(len(columns(text)["macs"]), 10)

    def test_what_it_raises_is_raised(self):
        def broken(archs):
            raise LookupError("no such layer")
        self.register(broken)
        for call in (lambda: self.space.evaluate(self.archs, "mine"),
                     lambda: bs.profile(self.space, "mine", n=50),
                     lambda: bs.search(self.space, minimize="mine")):
            try:
                call()
                self.fail("nothing was raised")
            except LookupError as error:
                self.assertEqual(str(error), "no such layer")
                self.assertIn("in broken", "".join(traceback.format_tb(error.__traceback__)))

    def test_wrong_numbers_are_refused(self):
        for wrong, error in ((lambda a: np.ones(len(a) - 1), ValueError), (lambda a: 1, ValueError),
                             (lambda a: np.ones((len(a), 1)), ValueError),
                             (lambda a: None, (TypeError, ValueError)),
                             (lambda a: ["x"] * len(a), ValueError),
                             (lambda a: [[1], [1, 2]], ValueError)):
            self.register(wrong)
            with self.assertRaises(error):
                self.space.evaluate(self.archs, "mine")
            with self.assertRaises(error):
                bs.profile(self.space, "mine", n=50)

    def test_names_and_functions_are_checked(self):
        for name in ("macs", "latency/host", "", "a b", "x<=3"):
            with self.assertRaises(bs.InputError):
                bs.register_metric(name, len)
        with self.assertRaises(TypeError):
            bs.register_metric("mine", 3)
        with self.assertRaises(ValueError):
            bs.register_metric("mine", len, better="higher")
        self.assertFalse(bs.forget_metric("mine"))
        with self.assertRaisesRegex(bs.InputError, "unknown metric"):
            self.space.evaluate(self.archs, "mine")

    def test_the_batch_is_the_callers_to_keep(self):
        kept = []
        self.register(lambda archs: (kept.append(archs), np.zeros(len(archs)))[1])
        self.space.evaluate(self.archs, "mine")
        self.assertTrue(np.array_equal(kept[0], self.archs))

    def test_a_decorator_registers(self):
        @bs.metric("mine", unit="units", better="larger")
        def depth(archs):
            return archs["depth"].sum(axis=1)
        self.addCleanup(bs.forget_metric, "mine")
        self.assertEqual(self.space.evaluate(self.archs, "mine").units, {"mine": "units"})
        self.assertEqual(depth(self.archs).dtype.kind, "u")

    def test_a_command_within_a_command_is_refused(self):
        self.register(lambda archs: bs.profile("ofa-mbv3", "macs") and archs["depth"][:, 0])
        with self.assertRaisesRegex(bs.RunError, "within a command"):
            bs.profile(self.space, "mine", n=50)

    def test_costly_values_are_asked_for_once_for_each_version(self):
        asked = []

        def slow(archs):
            asked.append(len(archs))
            return archs["depth"].sum(axis=1)
        output = pathlib.Path(self.folder.name) / "profile"
        for version, expected in ((1, 60), (1, 0), (2, 60)):
            asked.clear()
            self.register(slow, costly=True, version=version)
            bs.profile(self.space, "mine", n=60, output=output, across_contexts=True)
            self.assertEqual(sum(asked), expected)

    def test_ctrl_c_stops_and_the_same_call_goes_on(self):
        asked = []

        def slow(archs):
            asked.append(len(archs))
            if interrupting and sum(asked) > 60:
                os.kill(os.getpid(), signal.SIGINT)
                time.sleep(5)  # interrupted at once
            time.sleep(0.0005 * len(archs))
            return archs["depth"].sum(axis=1)
        self.register(slow, costly=True)
        for call in (lambda o: bs.profile(self.space, "mine", n=300, output=o),
                     lambda o: bs.search(self.space, minimize="mine", output=o, iterations=3)):
            output = pathlib.Path(self.folder.name) / f"stopped{len(asked)}"
            interrupting = True
            asked.clear()
            with self.assertRaises(KeyboardInterrupt):
                call(output)
            interrupting = False
            stopped_after = sum(asked)
            asked.clear()
            call(output)
            again = sum(asked)
            asked.clear()
            call(output.with_name(output.name + "-whole"))
            self.assertLess(again, sum(asked))
            self.assertGreater(stopped_after, 0)
            self.assertIs(signal.getsignal(signal.SIGINT), signal.default_int_handler)

    def test_ctrl_c_stops_evaluate(self):
        self.register(lambda archs: (time.sleep(0.2), np.zeros(len(archs)))[1])
        archs = np.repeat(self.archs, 30000)
        threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
        with self.assertRaises(KeyboardInterrupt):
            self.space.evaluate(archs, "mine")

    def test_fork_goes_on(self):
        bs.profile(self.space, "macs", n=20)
        child = os.fork()
        if child == 0:
            code = 1
            try:
                bs.profile(self.space, "macs", n=20)
                self.space.evaluate(self.archs, ["macs", "accuracy"])
                code = 0
            finally:
                os._exit(code)
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), 0)


if __name__ == "__main__":
    unittest.main()
