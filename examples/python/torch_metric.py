"""A PyTorch model as a metric: here an untrained one; load your own instead."""
import sys

import numpy as np

import blockscope as bs

try:
    import torch
except ImportError:
    print("PyTorch is not installed: nothing to show")
    sys.exit(0)

space = bs.Space("ofa-mbv3")
blocks = len(space.blocks)
slots = sum(len(unit["blocks"]) for unit in space.units)


def one_hot(archs):
    """float32 of shape (n, slots * blocks): 1 where an active layer has a block."""
    features = np.zeros((len(archs), slots, blocks), dtype=np.float32)
    for u, unit in enumerate(space.units):
        for layer in range(len(unit["blocks"])):
            slot = unit["first_slot"] + layer
            active = np.flatnonzero(archs["depth"][:, u] > layer)
            features[active, slot, archs["block"][active, slot]] = 1
    return features.reshape(len(archs), -1)


torch.manual_seed(1)
model = torch.nn.Sequential(torch.nn.Linear(slots * blocks, 64), torch.nn.ReLU(),
                            torch.nn.Linear(64, 1)).eval()


# costly: values are kept beside the output; version: what they rest on
@bs.metric("mine/torch", unit="ms", better="smaller", costly=True, version="untrained")
def predicted(archs):
    with torch.inference_mode():
        return model(torch.from_numpy(one_hot(archs))).squeeze(1).numpy()


print(bs.profile(space, "mine/torch", n=300))
