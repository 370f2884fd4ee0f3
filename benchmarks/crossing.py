"""What crossing from Python costs: crossing.py LIBRARY [N], LIBRARY being benchmarks/crossing.cpp.

The same metrics of the same N architectures in the same memory, by the same library in this process:
once through the module and once in C++, one thread, in turn and in changing order. The ratio of CPU
times of each pair, their median and the middle half of them. Then what an import takes.
"""
import ctypes
import statistics
import subprocess
import sys
import time

import numpy as np

import blockscope as bs

PAIRS = 41
PART = 16384  # the module asks in parts of this size for each thread, between which Ctrl-C is seen
COLUMNS = {"five sums over layers": ["macs", "params", "activation_bytes", "activation_bytes/total",
                                     "latency/note10"],
           "four and a predictor": ["macs", "params", "activation_bytes", "latency/note10", "accuracy"]}

plain = ctypes.CDLL(sys.argv[1]).crossing
plain.restype = ctypes.c_double
n = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
space = bs.Space("ofa-mbv3")
archs = space.sample(n)


def in_cpp(names, part):
    """CPU seconds and the sum of each column."""
    sums = np.zeros(len(names))
    took = plain(ctypes.c_void_p(archs.ctypes.data), ctypes.c_size_t(n), ctypes.c_size_t(part),
                 " ".join(names).encode(), ctypes.c_void_p(sums.ctypes.data))
    return took, sums


def in_python(names):
    """The same through the module."""
    start = time.process_time()
    values = space.evaluate(archs, names, threads=1, progress=False)
    took = time.process_time() - start
    return took, np.array([np.cumsum(column)[-1] for column in values.values()])  # in C++'s order


for title, names in COLUMNS.items():
    for part, how in ((PART, "in the module's parts"), (n, "in one call")):
        pairs = []
        for i in range(PAIRS):
            if i % 2:
                crossed, bare = in_python(names), in_cpp(names, part)
            else:
                bare, crossed = in_cpp(names, part), in_python(names)
            assert (bare[1] == crossed[1]).all(), "the numbers differ"
            pairs.append((bare[0], crossed[0]))
        low, middle, high = statistics.quantiles([100 * (b / a - 1) for a, b in pairs], n=4)
        print(f"{n} architectures, {title}, C++ {how}: C++ {1e3 * statistics.median(a for a, _ in pairs):.1f} ms, "
              f"Python {1e3 * statistics.median(b for _, b in pairs):.1f} ms of CPU time; crossing "
              f"{middle:+.1f} % (half of {PAIRS} pairs from {low:+.1f} to {high:+.1f} %)", flush=True)

for what, first in (("with NumPy", ""), ("behind NumPy", "import numpy")):
    took = []
    for _ in range(21):
        code = f"import time\n{first}\nt = time.perf_counter()\nimport blockscope\nprint(time.perf_counter() - t)"
        took.append(float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                                         check=True).stdout))
    print(f"import {what}: median {1e3 * statistics.median(took):.0f} ms, longest {1e3 * max(took):.0f} ms")
