"""Python functions as metrics."""
from . import _core


def register_metric(name, function, *, unit="", better=None, column=None,
                    source="a Python function", noisy=False, costly=False, version=""):
    """Makes a function a metric, known by name wherever metrics are: Space.evaluate, profile,
    search and every other verb of this process. Returns the name.

    function: is given an array of dtype ARCHITECTURE, shape (n,), and returns n numbers (anything
    that NumPy makes an array of float64 of; a PyTorch tensor on the CPU too). NaN: no value. It may
    be called with batches of any size and from any thread; what it raises ends the call.
    unit: of its numbers. better: "smaller", "larger" or None. column: its name in tables.
    noisy: two calls may differ. costly: values are kept in the study of verbs that have one, and
    asked for again only when `version`, which says what they rest on, changes.
    """
    _core.register_callable(name, function, unit, better or "", column or "", source, noisy, costly,
                            str(version))
    return name


def metric(name, **options):
    """The same as a decorator: @metric("mine/layers", unit="layers")."""
    def decorate(function):
        register_metric(name, function, **options)
        return function
    return decorate


def forget_metric(name):
    """The name means nothing any more. False: it meant nothing."""
    return _core.forget_metric(name)


def metrics():
    """What can be evaluated: a dict for each metric, with name, column, unit, source, noisy,
    costly, available and remark (why it is not available, or a version)."""
    return _core.metric_reports()
