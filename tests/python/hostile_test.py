"""What a program may do wrong: an exception each, never a crash."""
import ctypes
import gc
import mmap
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import unittest

import numpy as np

import blockscope as bs
from program import TINY


def evaluated_elsewhere(space):
    """What a worker process does with a space that it was sent."""
    return space.evaluate(space.sample(50, seed=4), ["macs", "params"])["macs"].tolist()


class HostileTest(unittest.TestCase):
    def setUp(self):
        self.space = bs.Space("ofa-mbv3")
        self.archs = self.space.sample(10)

    def register(self, function, **options):
        self.addCleanup(bs.forget_metric, "mine")
        return bs.register_metric("mine", function, **options)

    def test_layouts_that_are_not_plain_are_copied_or_refused(self):
        macs = self.space.evaluate(self.archs, "macs")["macs"]
        wide = np.zeros((10, 200), np.uint8)
        wide[:, 3:67] = self.archs.view(np.uint8).reshape(-1, 64)
        fixed = self.archs.copy()
        fixed.flags.writeable = False
        for given, expected in ((self.archs[::-1], macs[::-1]), (wide[:, 3:67], macs),
                                (np.broadcast_to(self.archs[2:3], 7), macs[[2] * 7]), (fixed, macs),
                                (list(self.archs), macs), (tuple(self.archs[:3]), macs[:3])):
            self.assertEqual(self.space.evaluate(given, "macs")["macs"].tolist(), expected.tolist())
        self.assertFalse(fixed.flags.writeable)
        swapped = self.archs.astype(bs.ARCHITECTURE.newbyteorder())
        aligned = np.dtype({"names": bs.ARCHITECTURE.names, "itemsize": 72,
                            "formats": [bs.ARCHITECTURE[name] for name in bs.ARCHITECTURE.names]})
        for wrong in (swapped, self.archs.astype(aligned), self.archs.astype(object)):
            with self.assertRaises(TypeError):
                self.space.evaluate(wrong, "macs")

    def test_what_is_no_array_is_refused(self):
        for wrong in (None, 7, [None], [3], {"ks": None}, [["e6k7"]], ["\0"], ["\udc80"], [b"x"], [{}],
                      memoryview(b"x" * 64), object(), np.array(["e6k7"])):
            with self.assertRaises((TypeError, ValueError)):
                self.space.evaluate(wrong, "macs")

    def test_arguments_out_of_range_are_refused(self):
        for call in (lambda: self.space.sample(-1), lambda: self.space.sample(2**70),
                     lambda: self.space.sample(2.5), lambda: self.space.sample(3, seed=-1),
                     lambda: self.space.sample(3, resolution=10**6),
                     lambda: self.space.sample(3, resolution=-224),
                     lambda: self.space.sample(3, threads=-1),
                     lambda: self.space.evaluate(self.archs, [None]),
                     lambda: self.space.evaluate(self.archs, 3),
                     lambda: self.space.evaluate(self.archs, "macs", seed=2**64),
                     lambda: self.space.evaluate(self.archs, "mac\0s"),
                     lambda: self.space.evaluate(self.archs, "\udc80"),
                     lambda: self.space.range("macs", resolution=10**6),
                     lambda: bs.Space(3), lambda: bs.Space("a\0b"), lambda: bs.Space(toml=b"x"),
                     lambda: bs.run("spaces", object()), lambda: bs.run("profile", "\udc80"),
                     lambda: bs.profile(self.space, "macs", n="many"),
                     lambda: bs.Table({"a": np.zeros(2), "b": np.zeros(3)}),
                     lambda: bs.Table({"a": np.zeros((2, 2))})):
            with self.assertRaises((TypeError, ValueError, OSError)):
                call()
        with self.assertRaises((MemoryError, ValueError)):
            self.space.sample(2**56)
        self.assertEqual(len(self.space.sample(3, threads=500)), 3)

    def test_an_array_let_go_during_a_call_lives_until_its_end(self):
        expected = self.space.evaluate(self.archs, "macs")["macs"].tolist()
        held = [self.archs.copy()]

        def let_go(batch):
            held.clear()
            gc.collect()
            np.full(64 * 10, 255, np.uint8)  # what would get its memory
            return np.zeros(len(batch))
        self.register(let_go)
        self.assertEqual(self.space.evaluate(held[0], ["mine", "macs"])["macs"].tolist(), expected)

    def test_memory_below_an_array_cannot_be_taken_during_a_call(self):
        expected = self.space.evaluate(self.archs, "macs")["macs"].tolist()
        page, grows = mmap.mmap(-1, 640), bytearray(640)
        page[:], grows[:] = self.archs.tobytes(), self.archs.tobytes()
        for memory, take in ((page, page.close), (grows, lambda: grows.extend(b"x" * 10**6)),
                             (grows, grows.clear)):
            refused = []

            def meddle(batch):
                try:
                    take()
                except BufferError as error:
                    refused.append(error)
                return np.zeros(len(batch))
            self.register(meddle)
            values = self.space.evaluate(np.frombuffer(memory, bs.ARCHITECTURE), ["mine", "macs"])
            self.assertEqual(values["macs"].tolist(), expected)
            self.assertEqual(len(refused), 1)

    def test_rows_written_through_another_view_are_wrong_or_refused(self):
        memory = (ctypes.c_uint8 * 640).from_buffer_copy(self.archs.tobytes())
        whole = np.frombuffer(memory, bs.ARCHITECTURE)

        def scribble(batch):
            memory[:] = b"\xff" * 640
            return np.zeros(len(batch))
        self.register(scribble)
        for name in bs.metrics():
            if name["available"] and not name["noisy"] and name["name"] != "mine":
                memory[:] = self.archs.tobytes()
                try:
                    self.space.evaluate(whole, ["mine", name["name"]])
                except (bs.Error, ValueError):
                    pass

    def test_metrics_that_give_strange_things_raise(self):
        class Broken:
            def __array__(self, dtype=None):
                raise LookupError("no numbers")

        class Unprintable(Exception):
            def __str__(self):
                raise RuntimeError("not even this")

        def unprintable(archs):
            raise Unprintable

        def deep(archs):
            return deep(archs)

        for wrong, error in ((lambda a: Broken(), LookupError), (unprintable, Exception),
                             (deep, RecursionError), (lambda a: [10**400] * len(a), OverflowError),
                             (lambda a: (x for x in a), (TypeError, ValueError)),
                             (lambda a: np.zeros(len(a)) + 1j, (TypeError, ValueError)),
                             (lambda a: np.zeros((0,)), ValueError), (lambda: 1, TypeError),
                             (lambda a: sys.exit(3), SystemExit),
                             (lambda a: a, (TypeError, ValueError))):
            self.register(wrong)
            for call in (lambda: self.space.evaluate(self.archs, "mine"),
                         lambda: bs.profile(self.space, "mine", n=20),
                         lambda: bs.search(self.space, minimize="mine", initial=20, iterations=1)):
                with self.assertRaises(error):
                    call()

    def test_a_metric_that_knows_nothing_is_said(self):
        self.register(lambda archs: [None] * len(archs))
        values = self.space.evaluate(self.archs, "mine")
        self.assertTrue(np.isnan(values["mine"]).all())
        self.assertEqual(len(values.failures["mine"]), 10)
        for call in (lambda: bs.profile(self.space, "mine", n=50),
                     lambda: bs.search(self.space, minimize="mine", initial=20, iterations=1)):
            with self.assertRaises(bs.Error):
                call()

    def test_a_metric_may_forget_and_replace_itself(self):
        def fickle(archs):
            bs.forget_metric("mine")
            bs.register_metric("mine", lambda others: np.full(len(others), 2.0))
            gc.collect()
            return np.ones(len(archs))
        self.register(fickle)
        self.assertEqual(self.space.evaluate(self.archs, ["mine", "macs"])["mine"].tolist(), [1] * 10)
        self.assertEqual(self.space.evaluate(self.archs, "mine")["mine"].tolist(), [2] * 10)

    def test_threads_that_raise_get_their_own_exception(self):
        self.register(lambda archs: [].pop(len(archs)))
        found = {}

        def work(n):
            try:
                self.space.evaluate(self.space.sample(n), ["macs", "mine"])
            except IndexError as error:
                found[n] = error
        threads = [threading.Thread(target=work, args=(n,)) for n in range(1, 7)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(found), [1, 2, 3, 4, 5, 6])
        self.assertEqual(len(set(map(id, found.values()))), 6)

    def test_metrics_come_and_go_while_others_evaluate(self):
        stop = threading.Event()
        problems = []

        def churn():
            while not stop.is_set():
                bs.register_metric("mine", lambda archs: np.zeros(len(archs)))
                bs.forget_metric("mine")

        def use():
            for _ in range(200):
                try:
                    self.space.evaluate(self.archs, ["mine", "macs"])
                except bs.InputError:
                    pass  # it was away
                except BaseException as error:  # noqa: B902
                    problems.append(error)
        self.addCleanup(bs.forget_metric, "mine")
        changing = threading.Thread(target=churn)
        using = [threading.Thread(target=use) for _ in range(2)]
        for thread in (changing, *using):
            thread.start()
        for thread in using:
            thread.join()
        stop.set()
        changing.join()
        self.assertEqual(problems, [])

    def test_a_fork_while_a_command_of_another_thread_runs(self):
        begun, go_on = threading.Event(), threading.Event()

        def slow(archs):
            begun.set()
            go_on.wait()
            return archs["depth"].sum(axis=1)
        self.register(slow)
        thread = threading.Thread(target=lambda: bs.profile(self.space, "mine", n=20))
        thread.start()
        begun.wait()
        child = os.fork()
        if child == 0:
            code = 1
            try:
                signal.alarm(120)  # rather than hang
                bs.profile(self.space, "macs", n=20)
                self.space.evaluate(self.archs, ["macs", "accuracy"])
                code = 0
            finally:
                os._exit(code)
        status = os.waitpid(child, 0)[1]
        go_on.set()
        thread.join()
        self.assertEqual(os.waitstatus_to_exitcode(status), 0)

    def test_spaces_go_to_processes_of_either_kind(self):
        expected = [evaluated_elsewhere(space) for space in (self.space, bs.Space(toml=TINY))]
        for method in ("fork", "spawn"):
            with multiprocessing.get_context(method).Pool(1) as pool:
                self.assertEqual(pool.map(evaluated_elsewhere, [self.space, bs.Space(toml=TINY)]),
                                 expected)

    def test_ctrl_c_that_a_metric_raises_itself_stops_with_what_is_known_saved(self):
        def impatient(archs):
            raise KeyboardInterrupt
        self.register(impatient, costly=True)
        for call in (lambda: self.space.evaluate(self.archs, "mine"),
                     lambda: bs.profile(self.space, "mine", n=50),
                     lambda: bs.search(self.space, minimize="mine")):
            with self.assertRaises(KeyboardInterrupt):
                call()
        self.assertEqual(self.space.evaluate(self.archs, "macs")["macs"].shape, (10,))

    def test_a_program_that_ends_while_threads_work_ends(self):
        for verb in ("space.evaluate(archs, 'mine')", "bs.profile(space, 'mine', n=500)",
                     "bs.search(space, minimize='mine', maximize='accuracy', iterations=50)",
                     "space.evaluate(archs, ['accuracy', 'mine'])"):
            code = f"""
import threading, time
import numpy as np
import blockscope as bs
space = bs.Space("ofa-mbv3")
archs = space.sample(200000)
begun = threading.Event()
def slow(a):
    begun.set()
    time.sleep(0.01)
    return a["depth"].sum(axis=1)
bs.register_metric("mine", slow)
def forever():
    while True:
        {verb}
threading.Thread(target=forever, daemon=True).start()
begun.wait()
time.sleep(0.05)
"""
            done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                                  timeout=250, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), verb)

    def test_an_interrupt_reaches_who_waits_for_a_turn(self):
        """Ctrl-C while the main thread waits for another thread's command."""
        code = """
import os, signal, threading, time
import blockscope as bs
begun, go_on = threading.Event(), threading.Event()
def slow(archs):
    begun.set()
    go_on.wait(60)
    return archs["depth"].sum(axis=1)
bs.register_metric("mine", slow)
def other():
    try:
        bs.profile("ofa-mbv3", "mine", n=20)
    except KeyboardInterrupt:
        pass
thread = threading.Thread(target=other)
thread.start()
begun.wait()
threading.Timer(0.5, lambda: (os.kill(os.getpid(), signal.SIGINT), go_on.set())).start()
try:
    bs.profile("ofa-mbv3", "macs", n=20)
    print("finished")
except KeyboardInterrupt:
    print("interrupted")
thread.join()
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                              timeout=250, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("interrupted", done.stdout)


if __name__ == "__main__":
    unittest.main()
