"""Design spaces and their architectures."""
import ast
import os
import tempfile

import numpy as np

from . import _core
from ._listener import Listener
from ._table import Table

ARCHITECTURE = _core.ARCHITECTURE
"""Structured dtype of an architecture, 64 bytes: resolution (pixels, uint16), stem (4 options),
depth (active layers of each of 10 units), width (option of each unit), block (of each of 38 layers,
an index into Space.blocks; slots of a unit start at its first_slot). Indices count from 0; entries
of inactive layers and of units that a space lacks are 0. The same memory as uint8 of shape (n, 64)
is taken too."""


class Columns(Table):
    """What metrics say of architectures: float64 columns, NaN where a metric has no value.

    archs: the architectures; spread: standard errors by column, of noisy metrics; failures: lists
    of (row from 0, reason) by column.
    """

    def __init__(self, space, archs, results):
        super().__init__({r["column"]: r["values"] for r in results},
                         {r["column"]: r["unit"] for r in results})
        self.space = space
        self.archs = archs
        self.spread = {r["column"]: r["spread"] for r in results if r["spread"] is not None}
        self.failures = {r["column"]: r["failures"] for r in results}

    def to_table(self):
        """A Table with columns `arch` (text forms) and `resolution` (pixels) before the metrics."""
        named = {"arch": np.array(self.space.texts(self.archs), dtype=object),
                 "resolution": self.archs["resolution"].astype(int)}
        return Table({**named, **self}, self.units)

    def write_csv(self, path):
        """Writes to_table(): the columns of `blockscope evaluate`, which verbs take as data."""
        self.to_table().write_csv(path)

    def to_pandas(self):
        """The same as a pandas DataFrame; pandas must be installed."""
        return self.to_table().to_pandas()


class Space:
    """A design space: `Space("ofa-mbv3")`, `Space("mine.toml")` or `Space(toml=TEXT)`.

    Architectures cross as NumPy arrays of dtype ARCHITECTURE without being copied; where one is
    asked for, texts and OFA dictionaries ({'ks': [...], 'e': [...], 'd': [...], 'r': [224]}) do too.
    Raises InputError naming file, line and column, or the nearest name.
    """

    def __init__(self, name_or_path=None, *, toml=None):
        if (name_or_path is None) == (toml is None):
            raise TypeError("a space has either a name or path, or toml=TEXT")
        self._file = None
        self.keep = None  # what must live as long as the file
        if toml is None:
            self._source = os.fspath(name_or_path)
            self._space = _core.Space(self._source)
        else:
            self._source = None
            self._toml = toml
            self._space = _core.Space(toml, "toml", True)

    def __reduce__(self):  # goes to other processes as what it was made from
        return _made_from, (self._source, None if self._source is not None else self._toml)

    @property
    def name(self):
        """Its name."""
        return self._space.name

    @property
    def title(self):
        """One line that says what it is."""
        return self._space.title

    @property
    def size(self):
        """Number of architectures of one resolution, exact."""
        return self._space.size

    @property
    def body_size(self):
        """The same without the choices of the stem."""
        return self._space.body_size

    @property
    def resolutions(self):
        """Input sides it is described for, in pixels."""
        return self._space.resolutions

    @property
    def default_resolution(self):
        """The input side where none is given, in pixels."""
        return self._space.default_resolution

    @property
    def blocks(self):
        """Names of all blocks; an architecture's `block` entries count in this list from 0."""
        return self._space.blocks

    @property
    def units(self):
        """A dict for each unit: allowed `depths`, `widths` (options), `blocks` (names for each
        layer), its `channels` for each width option, `stride`, `first_slot` in `block`."""
        return self._space.units

    @property
    def fingerprint(self):
        """Equal for spaces that mean the same, whatever their file."""
        return self._space.fingerprint

    @property
    def path(self):
        """Name or file that the command line takes for it."""
        if self._source is not None:
            return self._source
        if self._file is None:
            self._file = tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8")
            self._file.write(self._toml)
            self._file.flush()
        return self._file.name

    def sample(self, n, seed=1, resolution=None, threads=0):
        """n random architectures, as `blockscope sample -n N --seed S` draws them.

        resolution: input side in pixels, default the space's; threads: 0 takes all cores, and any
        number gives the same. Returns an array of dtype ARCHITECTURE, shape (n,).
        """
        return self._space._sample(n, seed, resolution or 0, threads)

    def parse(self, archs, resolution=None):
        """Architectures from what other code writes: one or a list of texts (text form, list of
        lists, net.config JSON) or dictionaries of Once-for-All code. resolution: in pixels, for
        those that name none. Returns an array of dtype ARCHITECTURE, shape (n,)."""
        if isinstance(archs, (str, dict)):
            archs = [archs]
        texts = [a if isinstance(a, str) else repr(_plain(a)) for a in archs]
        return self._space._parse(texts, resolution or 0)

    def texts(self, archs):
        """Their text forms, a list of str; `parse` reads them back."""
        return self._space._texts(self.array(archs))

    def to_ofa(self, archs):
        """Their dictionaries as Once-for-All code has them, a list of dict."""
        return [ast.literal_eval(text) for text in self._space._ofa(self.array(archs))]

    def array(self, archs):
        """archs as an array that every function takes: arrays as they are, all else parsed."""
        if isinstance(archs, np.ndarray):
            return archs.reshape(1) if archs.ndim == 0 else archs
        if isinstance(archs, np.void):
            return np.array([archs], dtype=ARCHITECTURE)
        if isinstance(archs, (list, tuple)) and archs and isinstance(archs[0], np.void):
            return np.array(list(archs), dtype=archs[0].dtype)
        return self.parse(archs)

    def canonical(self, archs):
        """A copy with 0 in the entries of inactive layers, as equal networks are equal bytes."""
        clean = np.array(self.array(archs), copy=True)
        if clean.dtype != ARCHITECTURE:
            clean = np.ascontiguousarray(clean, dtype=np.uint8).view(ARCHITECTURE).reshape(-1)
        active = np.zeros(clean["block"].shape, dtype=bool)
        for u, unit in enumerate(self.units):
            layers = np.arange(len(unit["blocks"]))
            first = unit["first_slot"]
            active[:, first:first + len(layers)] = layers < clean["depth"][:, u:u + 1]
        clean["block"] *= active
        return clean

    def contains(self, archs):
        """Whether each is allowed, which a restricted space denies some; a bool array."""
        return self._space._contains(self.array(archs))

    def range(self, metric, resolution=None):
        """Smallest and largest value of a metric that splits over layers (macs, params, ...), in
        its unit, exact; None for any other metric. resolution: in pixels."""
        return self._space._range(metric, resolution or 0)

    def evaluate(self, archs, metrics, *, seed=1, threads=0, progress=None):
        """What metrics say of architectures, as `blockscope evaluate` prints it, to the bit.

        archs: an array of dtype ARCHITECTURE, shape (n,), or uint8, shape (n, 64), neither copied
        nor writeable meanwhile; or texts or dictionaries. metrics: a name or a list of names
        (`blockscope.metrics()`). seed: of measured metrics. Returns Columns: a float64 array of n
        values for each metric, in its unit. Runs without the GIL; Ctrl-C raises KeyboardInterrupt.
        """
        archs = self.array(archs)
        names = [metrics] if isinstance(metrics, str) else list(metrics)
        listener = Listener(progress)
        try:
            results = self._space._evaluate(archs, names, seed, threads, listener)
        finally:
            listener.end()
        if archs.dtype != ARCHITECTURE:
            archs = np.ascontiguousarray(archs).view(ARCHITECTURE).reshape(-1)
        return Columns(self, archs, results)

    def __repr__(self):
        return f"<Space {self.name}: {self.size} architectures>"


def _made_from(source, toml):
    return Space(source, toml=toml)


def _plain(value):
    """Without NumPy's types, whose repr no parser knows."""
    if isinstance(value, dict):
        return {str(key): _plain(v) for key, v in value.items()}
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [_plain(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value


def spaces():
    """Names of the built-in spaces."""
    return _core.built_in_spaces()
