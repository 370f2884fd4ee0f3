"""Profiles design spaces of mobile neural networks for a device.

    import blockscope as bs
    space = bs.Space("ofa-mbv3")
    archs = space.sample(1000)                      # NumPy, dtype bs.ARCHITECTURE
    values = space.evaluate(archs, ["macs", "accuracy"])   # float64 columns, values["macs"]
    profile = bs.profile(space, ["accuracy", "latency/note10"])
    smaller = bs.prune(profile, keep="accuracy", reduce="latency").space
    front = bs.search(smaller, maximize="accuracy", minimize="latency/note10").front

A function is a metric once it has a name: register_metric. Verbs are those of the command line and
run in this process, one at a time: every number is the command line's for the same seed.
help(bs.profile) says what a function takes, bs.help("profile") all options of its verb.
"""
import atexit as _atexit
import os as _os

# libgomp reads it once: spinning OpenMP threads are up to 40 times slower beside a neighbour
_os.environ.setdefault("OMP_WAIT_POLICY", "passive")

from . import _core  # noqa: E402
from ._core import __version__  # noqa: E402
from ._errors import (BlockscopeWarning, DeviceError, Error, InfeasibleError,  # noqa: E402
                      InputError, RunError, UntrustedError, UsageError)
from ._metric import forget_metric, metric, metrics, register_metric  # noqa: E402
from ._results import (Comparison, Explanation, Fit, Profile, Pruning, Report,  # noqa: E402
                       Result, Search)
from ._space import ARCHITECTURE, Columns, Space, spaces  # noqa: E402
from ._table import Table  # noqa: E402
from ._verbs import (compare, explain, fit, help, profile, prune, report, run,  # noqa: E402
                     search, verbs)

_os.register_at_fork(after_in_child=_core.after_fork)
_atexit.register(_core.finish)  # calls of threads that are left

__all__ = ["ARCHITECTURE", "BlockscopeWarning", "Columns", "Comparison", "DeviceError", "Error",
           "Explanation", "Fit", "InfeasibleError", "InputError", "Profile", "Pruning", "Report",
           "Result", "RunError", "Search", "Space", "Table", "UntrustedError", "UsageError",
           "compare", "explain", "fit", "forget_metric", "help", "metric", "metrics", "profile",
           "prune", "register_metric", "report", "run", "search", "spaces", "verbs"]
