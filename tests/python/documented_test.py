"""Stubs name what there is, everything has a docstring, and the examples run."""
import ast
import contextlib
import inspect
import io
import pathlib
import re
import runpy
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

    def test_code_in_the_documentation_runs(self):
        text = (ROOT / "docs/python.md").read_text()
        blocks = re.findall(r"```python\n(.*?)```", text, re.S)
        self.assertGreaterEqual(len(blocks), 2)
        for code in blocks:
            with self.subTest(code[:60]), contextlib.redirect_stdout(io.StringIO()):
                exec(compile(code, "docs/python.md", "exec"), {})
        bs.forget_metric("mine/layers")

    def test_examples_run(self):
        for example in sorted((ROOT / "examples/python").glob("*.py")):
            with self.subTest(example.name), contextlib.redirect_stdout(io.StringIO()) as printed:
                try:
                    runpy.run_path(str(example), run_name="__main__")
                except SystemExit as end:
                    self.assertIn(end.code, (None, 0))
            self.assertTrue(printed.getvalue())


if __name__ == "__main__":
    unittest.main()
