"""The verbs of the command line as functions that run in this process."""
import difflib
import functools
import json
import os
import shlex
import shutil
import tempfile
import warnings
import weakref

import numpy as np

from . import _core
from ._errors import OF_EXIT_CODE, BlockscopeWarning, Error, UntrustedError, UsageError
from ._listener import Listener
from ._results import (Comparison, Explanation, Fit, Profile, Pruning, Report, Result, Search)
from ._space import Space
from ._table import Table

_HIDDEN = {"help", "config", "dump-config", "quiet", "verbose", "log-json"}


@functools.lru_cache(maxsize=None)
def verbs():
    """All verbs with their options, as the command line has them: a dict by name."""
    return {verb["name"]: verb for verb in json.loads(_core.description())}


def _is_table(value):
    return isinstance(value, Table) or hasattr(value, "to_csv")


def _text_of(value, folder, name):
    """A value as it would be typed; a table becomes a file in folder."""
    if isinstance(value, Space):
        return value.path
    if isinstance(value, Result):
        return os.fspath(value.path)
    if _is_table(value):
        path = os.path.join(folder, f"{name}.csv")
        if isinstance(value, Table):
            value.write_csv(path)
        else:
            value.to_csv(path, index=False)
        return path
    if isinstance(value, (float, np.floating)):
        return repr(float(value))
    return os.fspath(value) if isinstance(value, os.PathLike) else str(value)


def _several(value):
    return isinstance(value, (list, tuple, range)) or (isinstance(value, np.ndarray)
                                                       and value.ndim == 1)


def _words(verb, positionals, options, folder):
    """The command line of a call."""
    known = {option["key"]: option for option in verbs()[verb]["options"]
             if option["key"] not in _HIDDEN and not option["positional"]}
    words = []
    for name, value in options.items():
        option = known.get(name.replace("_", "-"))
        if option is None:
            near = difflib.get_close_matches(name, [key.replace("-", "_") for key in known], 1)
            hint = f" (did you mean '{near[0]}'?)" if near else ""
            raise UsageError(f"'{name}' is no option of {verb}{hint}")
        if value is None or value is False:
            continue
        if not option["type"]:
            words.append(option["name"])
            continue
        texts = [_text_of(v, folder, name) for v in (value if _several(value) else [value])]
        if texts and not option["several"]:
            texts = [",".join(texts)]
        for text in texts:  # --name=value, so that a value may begin with a minus
            long = option["name"].startswith("--")
            words += [f"{option['name']}={text}"] if long else [option["name"], text]
    places = [_text_of(value, folder, f"input{i}") for i, value in enumerate(positionals)]
    return ["blockscope", verb, *places, *words]


def _raise_for(code, listener):
    """The exception of an exit code; none for a verdict that has no message, such as fail_if's."""
    if code == 130:
        raise KeyboardInterrupt("stopped; what was known is saved, and the same call with the same "
                                "output goes on")
    if code == 6:
        raise UntrustedError("\n".join(line for _, line in listener.messages))
    if code != 0 and listener.error:
        raise OF_EXIT_CODE.get(code, Error)(listener.error)


def _call(verb, positionals, options, progress, result=Result, path=None, keep=None):
    """Runs a verb. path: what it writes; keep: lives as long as the result."""
    if verb not in verbs():
        near = difflib.get_close_matches(verb, verbs(), 1)
        raise UsageError(f"no verb '{verb}'" + (f" (did you mean '{near[0]}'?)" if near else ""))
    listener = Listener(progress)
    with tempfile.TemporaryDirectory(prefix="blockscope-") as folder:
        words = _words(verb, positionals, options, folder)
        try:
            code = _core.run(words, listener)
        finally:
            listener.end()
    for kind, line in listener.messages:
        if kind == "warning":
            warnings.warn(line, BlockscopeWarning, stacklevel=3)
    _raise_for(code, listener)
    return result(shlex.join(words), listener, code, path, keep)


def run(verb, *positionals, progress=None, **options):
    """Runs any verb: `run("sample", "ofa-mbv3", n=5)` is `blockscope sample ofa-mbv3 -n 5`.

    Options are keywords with _ for -; lists give an option several times; True stands for a flag.
    Spaces, results, tables and DataFrames may stand where the command line takes files.
    progress: see Space.evaluate. Returns a Result; raises for what the command line exits with.
    """
    return _call(verb, positionals, options, progress, path=options.get("output"))


def help(verb):  # noqa: A001: what a user types
    """Prints the help of a verb, whose options are keywords here, with _ for -."""
    listener = Listener(False)
    _raise_for(_core.run(["blockscope", verb, "--help"], listener), listener)
    print(listener.text, end="")


class _Folder:
    """A temporary directory that lives as long as the object."""

    def __init__(self):
        self.name = tempfile.mkdtemp(prefix="blockscope-")
        weakref.finalize(self, shutil.rmtree, self.name, ignore_errors=True)


def _place(output, name=None):
    """Where a verb writes: the caller's place, or a temporary directory that is to be kept."""
    if output is not None:
        return os.fspath(output), None
    keep = _Folder()
    return (keep.name if name is None else os.path.join(keep.name, name)), keep


def _names(value):
    return [value] if isinstance(value, str) else list(value)


def profile(space, metrics=(), *, output=None, progress=None, **options):
    """Which blocks, where, help or hurt a metric (Equations 1 to 3), as `blockscope profile`.

    space: a Space, a name or a file. metrics: a name or a list; with data=, columns of it. output:
    directory, default a temporary one that lives as long as the result; with one, a call that was
    stopped goes on where it was. Options: see help("profile").
    Returns a Profile: blocks, placements, depths and variance as tables of float64 columns.
    """
    path, keep = _place(output)
    options.update(metric=_names(metrics), output=path)
    return _call("profile", [space], options, progress, Profile, path, keep)


def prune(source, output=None, *, progress=None, **options):
    """The smaller space that profiles recommend, as `blockscope prune`.

    source: a Profile, a list of them, or a space, whose profiles are then made. keep=, reduce=:
    metrics to keep large and small. output: TOML file. Returns a Pruning with space and insights.
    """
    path, keep = _place(output, "smaller.toml")
    options["output"] = path
    sources = source if _several(source) else [source]
    return _call("prune", sources, options, progress, Pruning, path, keep)


def search(space, *, maximize=(), minimize=(), limits=(), output=None, progress=None, **options):
    """Fronts, or the best networks under limits, as `blockscope search`.

    maximize, minimize: names of metrics or lists of them; limits: texts such as "macs<=400e6", in
    the metric's unit. output: directory; with one, metrics that are costly are never asked twice.
    Options: see help("search"). Returns a Search: front and history as tables.
    """
    path, keep = _place(output)
    options.update(maximize=_names(maximize), minimize=_names(minimize), limit=_names(limits),
                   output=path)
    return _call("search", [space], options, progress, Search, path, keep)


def compare(a, b, *, output=None, progress=None, **options):
    """Two measurements, profiles, searches or spaces: differences with intervals and tests.

    a is the base and b the new: results, directories, tables, studies or spaces. output: directory,
    which measurements do not need. With fail_if=, exit_code of the Comparison is 1 where it holds.
    """
    path, keep = output, None
    if output is None and not (_is_measured(a) and _is_measured(b)):
        path, keep = _place(None)
    options["output"] = path
    return _call("compare", [a, b], options, progress, Comparison, path, keep)


def _is_measured(what):
    """Whether compare would take it for measurements: a table, or a file that is no space."""
    if isinstance(what, (Space, Result)):
        return isinstance(what, Result) and str(what.path).endswith(".csv")
    return _is_table(what) or (os.path.isfile(what) and not str(what).endswith((".toml", ".json")))


def fit(space, data, column, *, output=None, progress=None, **options):
    """A predictor from any table, with its error on rows it never saw, as `blockscope fit`.

    data: a CSV file, a Table or a DataFrame with an arch column; column: the numbers to predict.
    output: model file. Returns a Fit, whose `metric` is a metric like any other.
    """
    path, keep = _place(output, "model.json")
    options.update(data=data, column=column, output=path)
    return _call("fit", [space], options, progress, Fit, path, keep)


def explain(space, arch, metrics="macs", *, progress=None, **options):
    """What each layer of an architecture contributes, and what a swap would buy.

    arch: a text, a dictionary, or an array of one architecture. Options: by="change" for single
    changes. Returns an Explanation: report, and rows("layers") as a table.
    """
    whole = space if isinstance(space, Space) else Space(space)
    text = arch if isinstance(arch, (str, dict)) else whole.texts(arch)[0]
    options.update(arch=text, metric=_names(metrics), json=True)
    return _call("explain", [whole], options, progress, Explanation)


def report(*results, output=None, progress=None, **options):
    """One self-contained HTML page of results or their directories, as `blockscope report`."""
    path, keep = _place(output, "report.html")
    options["output"] = path
    places = [r.path.parent if isinstance(r, Pruning) else r for r in results]
    return _call("report", places, options, progress, Report, path, keep)
