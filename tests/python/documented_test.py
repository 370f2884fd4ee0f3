"""Stubs name what there is, everything has a docstring, and the examples run."""
import ast
import contextlib
import importlib.util
import inspect
import io
import os
import pathlib
import re
import runpy
import shutil
import sqlite3
import subprocess
import tempfile
import unittest

import blockscope as bs

PACKAGE = pathlib.Path(bs.__file__).parent
ROOT = pathlib.Path(__file__).parents[2]


def parameters(function):
    """Names as the stub has them, and those that have a default."""
    a = function.args
    return [p.arg for p in a.posonlyargs + a.args] + [p.arg for p in a.kwonlyargs]


class DocumentedTest(unittest.TestCase):
    def setUp(self):
        self.stub = {node.name: node
                     for node in ast.parse((PACKAGE / "__init__.pyi").read_text()).body
                     if isinstance(node, (ast.FunctionDef, ast.ClassDef))}

    def same_parameters(self, function, stub):
        names = [p.name for p in inspect.signature(function).parameters.values()
                 if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        self.assertEqual(names, parameters(stub), stub.name)

    def test_stubs_have_every_name_with_its_parameters(self):
        for name in bs.__all__:
            thing = getattr(bs, name)
            if inspect.isfunction(thing):
                self.same_parameters(thing, self.stub[name])
            elif inspect.isclass(thing):
                members = {node.name: node for node in self.stub[name].body
                           if isinstance(node, ast.FunctionDef)}
                for member, value in vars(thing).items():
                    if member.startswith("_"):
                        continue
                    if inspect.isfunction(value):
                        self.same_parameters(value, members[member])
                    elif isinstance(value, property):
                        self.assertIn(member, members)
        self.assertTrue((PACKAGE / "py.typed").exists())

    def test_everything_has_a_docstring(self):
        for name in bs.__all__:
            thing = getattr(bs, name)
            if not (inspect.isfunction(thing) or inspect.isclass(thing)):
                continue
            self.assertTrue(thing.__doc__, name)
            for member, value in vars(thing).items() if inspect.isclass(thing) else ():
                if not member.startswith("_") and (callable(value) or isinstance(value, property)):
                    self.assertTrue(inspect.getdoc(value), f"{name}.{member}")

    def a_profile(self):
        """Changes to a folder with what the pages' code reads: profile/, with a study."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.addCleanup(os.chdir, os.getcwd())
        os.chdir(folder.name)
        bs.register_metric("latency/mine", lambda archs: archs["depth"].sum(axis=1), unit="ms", costly=True)
        self.addCleanup(bs.forget_metric, "latency/mine")
        bs.profile("ofa-mbv3", "latency/mine", n=60, output="profile")

    def blocks(self, language):
        for page in sorted((ROOT / "docs").glob("*.md")):
            for code in re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.S):
                yield page.name, code

    def test_code_in_the_documentation_runs(self):
        self.a_profile()
        self.addCleanup(bs.forget_metric, "mine/layers")
        ran = 0
        for page, code in self.blocks("python"):
            if "import pandas" in code and importlib.util.find_spec("pandas") is None:
                print(f"{page}: left out, pandas is not installed")
                continue
            with self.subTest(page), contextlib.redirect_stdout(io.StringIO()):
                exec(compile(code, page, "exec"), {})
                ran += 1
        self.assertGreaterEqual(ran, 3)

    def test_queries_in_the_documentation_run(self):
        self.a_profile()
        with contextlib.closing(sqlite3.connect("profile/study.sqlite")) as study:
            statements = [statement for _, code in self.blocks("sql") if "sqlite_scan" not in code  # DuckDB's
                          for statement in code.split(";") if statement.strip()]
            self.assertTrue(statements)
            for statement in statements:
                named = statement.replace("'latency/host'", "'latency/mine'")
                self.assertEqual(bool(study.execute(named).fetchall()), "timed_runs" not in named, named)

    def test_readers_in_r_run(self):
        if shutil.which("Rscript") is None:
            self.skipTest("R is not installed")
        self.a_profile()
        for page, code in self.blocks("r"):
            done = subprocess.run(["Rscript", "-e", code], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, f"{page}: {done.stderr}")

    def test_examples_run(self):
        for example in sorted((ROOT / "examples/python").glob("*.py")):
            if "torch" in example.name and "san" in os.environ.get("LD_PRELOAD", ""):
                print(f"{example.name}: left out, sanitizers would look into PyTorch")
                continue
            with self.subTest(example.name), contextlib.redirect_stdout(io.StringIO()) as printed:
                try:
                    runpy.run_path(str(example), run_name="__main__")
                except SystemExit as end:
                    self.assertIn(end.code, (None, 0))
            self.assertTrue(printed.getvalue())
            if "torch" in example.name and importlib.util.find_spec("torch") is not None:
                self.assertIn("mine/torch", printed.getvalue())


if __name__ == "__main__":
    unittest.main()
