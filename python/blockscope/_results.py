"""What verbs return: objects that read the files that the command line writes."""
import functools
import json
import pathlib

from ._space import Space
from ._table import Table


class Result:
    """What a verb did.

    text: what the command line prints on standard output. messages: (kind, line) pairs of what it
    says, kind "summary", "warning" or "detail". exit_code: the command line's, mostly 0.
    command: the same as a command line. path: the file or directory it wrote, or None.
    """

    def __init__(self, command, listener, exit_code, path=None, keep=None):
        self.command = command
        self.text = listener.text
        self.messages = listener.messages
        self.exit_code = exit_code
        self.path = pathlib.Path(path) if path is not None else None
        self._keep = keep  # a temporary directory lives as long as its result

    def table(self, name=None):
        """A CSV file of the directory as columns, or the one that was written."""
        path = self.path if name is None else self.path / f"{name}.csv"
        return Table.read_csv(path)

    def json(self, name=None):
        """A JSON file of the directory, or the one that was written."""
        path = self.path if name is None else self.path / f"{name}.json"
        return json.loads(path.read_text(encoding="utf-8"))

    @property
    def summary(self):
        """What the verb says when it is done, its lines for people."""
        return "\n".join(line for kind, line in self.messages if kind == "summary")

    def __repr__(self):
        return f"<{self.command}: exit code {self.exit_code}>"

    def __str__(self):
        return self.text or self.summary


def _file(name, doc):
    """A property that reads one CSV file of the directory, once."""
    prop = functools.cached_property(lambda self: self.table(name))
    prop.__doc__ = doc
    return prop


class Profile(Result):
    """What `profile` found. str() is its heat maps; units stand in the column unit_of_measure."""

    blocks = _file("blocks", "Equation 1: response of each block, with its interval.")
    placements = _file("placements", "Equations 2 and 3: each (unit, layer, block), from 1.")
    depths = _file("depths", "What the depth of each unit does.")
    variance = _file("variance", "Shares of the variance by factor.")

    @functools.cached_property
    def evaluated(self):
        """The architectures evaluated, with their metric columns."""
        return self.table("table")

    @functools.cached_property
    def provenance(self):
        """Protocol, estimator, level, seed, versions and context, with all numbers."""
        return self.json("profile")

    def _repr_html_(self):
        import html
        return f"<pre>{html.escape(str(self))}</pre>"


class Pruning(Result):
    """A smaller space, `space`, with the evidence for it, `insights`. str() is the rationale."""

    @functools.cached_property
    def space(self):
        """The restricted space."""
        space = Space(self.path)
        space.keep = self._keep
        return space

    @functools.cached_property
    def insights(self):
        """Rules with their evidence, as in insights.json."""
        path = self.path.parent / "insights.json"
        return json.loads(path.read_text(encoding="utf-8"))


class Search(Result):
    """Fronts of a search, or its best networks."""

    front = _file("front", "Networks on the front, or the best, of each seed.")
    history = _file("history", "Every network asked for, in order.")

    @functools.cached_property
    def report(self):
        """summary.json: seeds, options, hypervolumes, provenance."""
        return self.json("summary")


class Comparison(Result):
    """Differences of two measurements, profiles, searches or spaces. text holds a table where the
    command line prints one; report is comparison.json where a directory was written."""

    @functools.cached_property
    def report(self):
        """comparison.json."""
        return self.json("comparison")


class Fit(Result):
    """A predictor. `metric` names it for Space.evaluate and every verb."""

    @property
    def metric(self):
        """"model:FILE"."""
        return f"model:{self.path}"


class Explanation(Result):
    """What each layer and operator contributes; the content of --json as `report`."""

    @functools.cached_property
    def report(self):
        """The architecture, its value, layers or single changes."""
        return json.loads(self.text)

    def rows(self, name):
        """"layers", "operators" or "changes" of the report, as a table of columns."""
        import numpy as np
        rows = self.report[name]
        columns = {}
        for key in rows[0] if rows else ():
            cells = [row[key] for row in rows]
            number = all(c is None or isinstance(c, (int, float)) for c in cells)
            columns[key] = np.array([np.nan if c is None else c for c in cells],
                                    dtype=np.float64) if number else np.array(cells, dtype=object)
        return Table(columns)

    def __str__(self):
        r = self.report
        return "\n".join(f"{m['metric']}: {m['value']} {m['unit_of_measure']}"
                         for m in r.get("metrics", [r]))


class Report(Result):
    """A page, `path`."""

    def _repr_html_(self):
        import html
        page = self.path.read_text(encoding="utf-8")
        return (f'<iframe srcdoc="{html.escape(page)}" width="100%" height="700" '
                'style="border:0"></iframe>')
