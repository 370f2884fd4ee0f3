"""A function as a metric: the share of large kernels, profiled and traded against accuracy."""
import numpy as np

import blockscope as bs

space = bs.Space("ofa-mbv3")
large = np.array([name.endswith("-7") for name in space.blocks])


@bs.metric("mine/large_kernels", unit="layers", better="smaller")
def large_kernels(archs):
    """Active layers whose kernel is 7; archs has dtype bs.ARCHITECTURE, shape (n,)."""
    count = np.zeros(len(archs))
    for u, unit in enumerate(space.units):
        first = unit["first_slot"]
        for layer in range(len(unit["blocks"])):
            active = archs["depth"][:, u] > layer
            count += active & large[archs["block"][:, first + layer]]
    return count


profile = bs.profile(space, "mine/large_kernels", n=500)
print(profile)
found = bs.search(space, maximize="accuracy", minimize="mine/large_kernels", iterations=3)
order = np.argsort(found.front["mine/large_kernels"])
for row in order[:5]:
    print(f"{found.front['mine/large_kernels'][row]:.0f} layers of kernel 7, "
          f"{found.front['accuracy_percent'][row]:.2f} %")
