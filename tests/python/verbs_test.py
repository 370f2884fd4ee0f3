import contextlib
import io
import json
import os
import pathlib
import tempfile
import threading
import unittest
import warnings

import numpy as np

import blockscope as bs
from program import BINARY, TINY, command_line


class VerbsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def same_files(self, ours, theirs, names):
        for name in names:
            self.assertEqual((ours / name).read_bytes(), (theirs / name).read_bytes(), name)

    def test_profile_writes_what_the_command_line_writes(self):
        ours = bs.profile("ofa-mbv3", ["accuracy", "macs"], n=400, seed=3, protocol="published",
                          percentiles=[5, 50], output=self.folder / "ours")
        command_line("profile", "ofa-mbv3", "--metric", "accuracy", "--metric", "macs", "-n", 400,
                     "--seed", 3, "--protocol", "published", "--percentiles", "5,50", "-o",
                     self.folder / "theirs")
        self.same_files(self.folder / "ours", self.folder / "theirs",
                        ["blocks.csv", "placements.csv", "depths.csv", "variance.csv", "table.csv",
                         "correlations.csv"])
        placements = ours.placements
        self.assertEqual(placements["delta"].dtype, np.float64)
        self.assertEqual(placements.rows, 2 * 5 * 4 * 9)
        self.assertEqual(ours.evaluated.rows, 400)
        self.assertIn("provenance", ours.provenance)
        self.assertIn("kernel 7", str(ours))
        self.assertEqual(ours.exit_code, 0)

    def test_the_straight_line(self):
        profile = bs.profile("ofa-mbv3", ["params", "macs"], n=100)
        pruned = bs.prune(profile, keep="params", reduce="macs")
        self.assertTrue(pruned.insights)
        smaller = pruned.space
        del pruned, profile  # a space keeps the file that it came from
        self.assertLess(smaller.size, bs.Space("ofa-mbv3").size)
        options = dict(maximize="params", minimize="macs", limits="macs<=4e8", iterations=2,
                       initial=30, seeds=[1, 2, 3])
        before = bs.search("ofa-mbv3", **options)
        after = bs.search(smaller, **options)
        self.assertTrue((after.front["macs"] <= 4e8).all())
        self.assertEqual(set(before.front["seed"]), {1, 2, 3})
        difference = bs.compare(before, after)
        self.assertTrue(difference.report)

    def test_report_shows_results(self):
        profile = bs.profile("ofa-mbv3", "macs")
        page = bs.report(profile)
        self.assertIn("<html", page.path.read_text())
        self.assertIn("<iframe", page._repr_html_())

    def test_search_writes_what_the_command_line_writes(self):
        bs.search("proxylessnas", maximize="params", minimize="macs", iterations=2, seed=4,
                  output=self.folder / "ours")
        command_line("search", "proxylessnas", "--maximize", "params", "--minimize", "macs",
                     "--iterations", 2, "--seed", 4, "-o", self.folder / "theirs")
        self.same_files(self.folder / "ours", self.folder / "theirs", ["front.csv", "history.csv"])

    def test_prune_and_fit_write_what_the_command_line_writes(self):
        ours, theirs = self.folder / "ours", self.folder / "theirs"
        ours.mkdir()
        theirs.mkdir()
        whole = bs.prune("ofa-mbv3", ours / "smaller.toml", keep="accuracy", reduce="latency/note10", n=300,
                         seed=5, strength=0.7)
        command_line("prune", "ofa-mbv3", "--keep", "accuracy", "--reduce", "latency/note10", "-n", 300,
                     "--seed", 5, "--strength", 0.7, "-o", theirs / "smaller.toml")
        self.assertEqual(whole.space.fingerprint, bs.Space(theirs / "smaller.toml").fingerprint)
        self.assertEqual(*(json.loads((place / "insights.json").read_text())["insights"]
                           for place in (ours, theirs)))
        space = bs.Space("ofa-mbv3")
        table = space.evaluate(space.sample(100, seed=2), "latency/note10")
        table.write_csv(self.folder / "table.csv")
        bs.fit(space, table, "latency_note10_ms", model="ridge", output=ours / "model.json")
        command_line("fit", "ofa-mbv3", "--data", self.folder / "table.csv", "--column",
                     "latency_note10_ms", "--model", "ridge", "-o", theirs / "model.json")
        self.assertEqual(*(space.evaluate(space.sample(50), f"model:{place / 'model.json'}")["latency_note10_ms"].tolist()
                           for place in (ours, theirs)))

    def test_tables_go_in_and_models_come_out(self):
        space = bs.Space("ofa-mbv3")
        archs = space.sample(60, seed=2)
        macs = space.evaluate(archs, "macs")["macs"]
        table = bs.Table({"arch": np.array(space.texts(archs), object), "latency_ms": macs / 1e7})
        model = bs.fit(space, table, "latency_ms", model="ridge")
        predicted = space.evaluate(archs, model.metric)
        (column,) = predicted.values()
        self.assertGreater(np.corrcoef(column, macs)[0, 1], 0.95)
        given = bs.profile(space, data=table)
        self.assertTrue(all(name.endswith("#latency_ms") for name in given.blocks["metric"]))
        measured = bs.Table.read_csv(self._csv(table))
        self.assertEqual(measured["latency_ms"].tolist(), table["latency_ms"].tolist())

    def _csv(self, table):
        path = self.folder / "table.csv"
        table.write_csv(path)
        return path

    def test_explain_takes_any_architecture(self):
        space = bs.Space("ofa-mbv3")
        archs = space.sample(1)
        whole = space.evaluate(archs, "macs")["macs"][0]
        for arch in (archs, archs[0], space.texts(archs)[0], space.to_ofa(archs)[0]):
            found = bs.explain(space, arch)
            self.assertEqual(found.report["value"], whole)
            self.assertEqual(np.nansum(found.rows("layers")["value"]), whole)
        self.assertGreater(bs.explain(space, archs, by="change").rows("changes").rows, 10)

    def test_spaces_of_texts_go_where_files_do(self):
        space = bs.Space(toml=TINY)
        self.assertEqual(set(bs.profile(space, "macs").blocks["resolution"]), {space.default_resolution})

    def test_any_verb_runs(self):
        listed = bs.run("spaces").text
        self.assertEqual(listed, command_line("spaces"))
        self.assertEqual(bs.run("sample", "ofa-mbv3", n=3, seed=2).text,
                         command_line("sample", "ofa-mbv3", "-n", 3, "--seed", 2))
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            bs.help("profile")
        self.assertEqual(printed.getvalue(), command_line("profile", "--help"))

    def test_every_verb_of_the_command_line_is_known_with_its_options(self):
        said = json.loads(command_line("completion", "json"))
        self.assertEqual(bs.verbs(), {verb["name"]: verb for verb in said})
        for verb in said:
            help_text = command_line(verb["name"], "--help")
            for option in verb["options"]:
                self.assertIn(option["name"], help_text)

    def test_errors_are_those_of_the_command_line(self):
        for error, call in (
                (bs.UsageError, lambda: bs.run("profil", "ofa-mbv3")),
                (bs.UsageError, lambda: bs.profile("ofa-mbv3", "macs", metrix="params")),
                (bs.UsageError, lambda: bs.profile("ofa-mbv3")),
                (bs.UsageError, lambda: bs.profile("ofa-mbv3", "macs", level=3)),
                (bs.InputError, lambda: bs.profile("ofa-mbv3", "parms")),
                (bs.InputError, lambda: bs.fit("ofa-mbv3", "/nowhere.csv", "x")),
                (bs.InfeasibleError, lambda: bs.search("ofa-mbv3", maximize="params",
                                                       limits="macs<=1")),
                (bs.RunError, lambda: bs.profile("ofa-mbv3", "macs", output="/dev/null/x"))):
            with self.assertRaises(error) as caught:
                call()
            self.assertTrue(str(caught.exception))
        with self.assertRaisesRegex(TypeError, "did you mean 'metric'"):
            bs.profile("ofa-mbv3", "macs", metrix="params")
        with self.assertRaisesRegex(ValueError, "did you mean 'params'"):
            bs.profile("ofa-mbv3", "parms")

    def test_warnings_are_warnings(self):
        with self.assertWarns(bs.BlockscopeWarning):
            bs.search("ofa-mbv3", maximize="params", limits="macs<=1e12", iterations=1, initial=20)

    def test_progress_is_told_and_may_stop(self):
        calls = []
        bs.search("ofa-mbv3", maximize="accuracy", iterations=3,
                  progress=lambda *said: calls.append(said))
        self.assertTrue(calls)
        task, done, total, unit, note = calls[-1]
        self.assertIsInstance(task, str)
        self.assertLessEqual(done, total)
        self.assertEqual(unit, "items")

        def stop(*said):
            raise RuntimeError("enough")
        with self.assertRaisesRegex(RuntimeError, "enough"):
            bs.search("ofa-mbv3", maximize="accuracy", iterations=50, progress=stop)

    def test_commands_of_several_threads_wait_for_each_other(self):
        results = []
        threads = [threading.Thread(target=lambda: results.append(
            bs.profile("ofa-mbv3", "macs").placements["delta"].tolist())) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(results), 3)
        self.assertEqual(results[0], results[1])

    def test_pandas_gets_the_same_columns(self):
        try:
            import pandas  # noqa: F401
        except ImportError:
            self.skipTest("pandas is not installed")
        space = bs.Space("ofa-mbv3")
        values = space.evaluate(space.sample(5), ["macs", "params"])
        frame = values.to_pandas()
        self.assertEqual(frame["macs"].tolist(), values["macs"].tolist())
        self.assertEqual(list(frame), ["arch", "resolution", "macs", "params"])
        fitted = bs.fit(space, space.evaluate(space.sample(50), "macs").to_pandas()
                        .rename(columns={"macs": "latency_ms"}), "latency_ms", model="ridge")
        self.assertTrue(fitted.path.exists())

    def test_the_library_is_the_programs(self):
        maps = pathlib.Path("/proc/self/maps").read_text()
        ours = {line.split()[-1] for line in maps.splitlines() if "libblockscope" in line}
        self.assertEqual(len(ours), 1)
        import subprocess
        needed = subprocess.run(["ldd", BINARY], capture_output=True, text=True, check=True).stdout
        self.assertTrue(any(os.path.realpath(line.split()[2]) == next(iter(ours))
                            for line in needed.splitlines() if "libblockscope" in line))


if __name__ == "__main__":
    warnings.simplefilter("ignore", ResourceWarning)
    unittest.main()
