"""Tables as columns of NumPy, as the command line's CSV files hold them."""
import csv
from collections.abc import Mapping

import numpy as np

from ._errors import InputError


def _column(cells):
    """float64 with NaN for an empty cell if all others are numbers, else an array of str."""
    try:
        return np.array([float(cell) if cell else np.nan for cell in cells], dtype=np.float64)
    except ValueError:
        return np.array(cells, dtype=object)


class Table(Mapping):
    """Columns by name, all of one length: `table["macs"]` is a NumPy array.

    Numbers are float64, NaN where they are not known; texts are of dtype object. `units` gives the
    unit of measure of a column where it is known.
    """

    def __init__(self, columns, units=None):
        self._columns = {name: np.asarray(column) for name, column in dict(columns).items()}
        self.units = dict(units or {})
        for name, column in self._columns.items():
            if column.ndim != 1 or len(column) != self.rows:
                raise ValueError(f"column {name!r} has the shape {column.shape}, not ({self.rows},)")

    @classmethod
    def read_csv(cls, path):
        """The table of a CSV file; numbers are the file's to the last bit."""
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file)
            header = next(reader, None)
            if not header:
                raise InputError(f"{path}: a table needs a header")
            body = []
            for row in reader:
                if row and len(row) != len(header):
                    raise InputError(f"{path}:{reader.line_num}: {len(row)} cells below "
                                     f"{len(header)} names")
                body += [row] if row else []
        columns = list(zip(*body)) if body else [()] * len(header)
        return cls({name: _column(cells) for name, cells in zip(header, columns)})

    def write_csv(self, path):
        """Writes it as CSV; numbers round-trip, unknown ones are empty cells."""
        def cell(value):
            if isinstance(value, (float, np.floating)):
                return "" if np.isnan(value) else repr(float(value))
            return value
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(self._columns)
            for row in zip(*(column.tolist() for column in self._columns.values())):
                writer.writerow([cell(value) for value in row])

    def to_pandas(self):
        """The same as a pandas DataFrame; pandas must be installed."""
        import pandas
        return pandas.DataFrame({name: column for name, column in self._columns.items()},
                                copy=False)

    @property
    def rows(self):
        """How many rows there are."""
        return len(next(iter(self._columns.values()), ()))

    def where(self, mask):
        """The rows of a mask or of numbers, as a table."""
        return type(self)._of(self, {name: c[mask] for name, c in self._columns.items()})

    def _of(self, columns):
        return Table(columns, self.units)

    def __getitem__(self, name):
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"no column {name!r}; there are {', '.join(self._columns)}") from None

    def __iter__(self):
        return iter(self._columns)

    def __len__(self):
        return len(self._columns)

    def __repr__(self):
        names = [f"{name} [{self.units[name]}]" if self.units.get(name) else name
                 for name in self._columns]
        return f"<{self.rows} rows: {', '.join(names)}>"

    def _repr_html_(self):
        import html
        shown = 20
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self._columns)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(str(c[i]))}</td>"
                                        for c in self._columns.values()) + "</tr>"
                       for i in range(min(shown, self.rows)))
        more = f"<p>{self.rows} rows</p>" if self.rows > shown else ""
        return f"<table><tr>{head}</tr>{body}</table>{more}"
