"""What crossing from Python costs: crossing.py PROGRAM [N], PROGRAM being benchmarks/crossing.cpp.

The same metrics of the same architectures in turn in C++ and through the module; and what an import
takes in a fresh interpreter. One thread.
"""
import statistics
import subprocess
import sys
import time

import blockscope as bs

program, n = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
COUNTS = ["macs", "params", "activation_bytes", "activation_bytes/total", "latency/note10"]
MODELS = ["macs", "params", "activation_bytes", "latency/note10", "accuracy"]

space = bs.Space("ofa-mbv3")
archs = space.sample(n)
for title, names, count in (("five sums over layers", COUNTS, n), ("four and a predictor", MODELS, n // 10)):
    plain, crossed = [], []
    some = archs[:count]
    for _ in range(5):
        out = subprocess.run([program, str(count), *names], capture_output=True, text=True, check=True)
        plain += [float(line.split()[0]) for line in out.stdout.splitlines()]
        for _ in range(9):
            start = time.perf_counter()
            values = space.evaluate(some, names, threads=1, progress=False)
            crossed.append(time.perf_counter() - start)
    a, b = min(plain), min(crossed)
    print(f"{count} architectures, {title}: C++ {1e3 * a:.1f} ms, Python {1e3 * b:.1f} ms, "
          f"crossing {100 * (b / a - 1):+.1f} % (medians {1e3 * statistics.median(plain):.1f} and "
          f"{1e3 * statistics.median(crossed):.1f} ms)")

took = []
for _ in range(11):
    code = "import time, numpy\nt = time.perf_counter()\nimport blockscope\nprint(time.perf_counter() - t)"
    took.append(float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True,
                                     check=True).stdout))
print(f"import behind NumPy's: {1e3 * statistics.median(took):.0f} ms")
