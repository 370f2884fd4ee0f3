#!/usr/bin/env python3
"""A simulated device that a request/response runner is written like, with the faults real ones have.

    --metric "run:examples/runners/flaky_device.py 7 0.1#timeout=2s,backoff=0.1s"

Arguments: seed, share of requests that go wrong. A latency follows the architecture, with 1 % noise."""
import json, os, random, sys, time

rng = random.Random(int(sys.argv[1]) + os.getpid())
for line in sys.stdin:
    request = json.loads(line)
    fault = rng.choice(["die", "hang", "rubbish", "late"]) if rng.random() < float(sys.argv[2]) else ""
    if fault == "die":
        sys.exit(3)
    time.sleep(3600 if fault == "hang" else 0)
    print("E/driver: \x00 ???" if fault in ("rubbish", "late") else "", flush=True)
    ms = 1 + 0.1 * sum(int(c) for c in request["arch"] if c.isdigit())
    if fault != "rubbish":
        print(json.dumps({"id": request["id"], "values": [ms * rng.gauss(1, 0.01) for _ in range(5)]}), flush=True)
