#!/usr/bin/env python3
"""An NVIDIA GPU through libtorch (PyTorch and onnx2torch), a captured graph timed by CUDA events:
    --metric "run:examples/runners/nvidia_libtorch.py {device}#devices=0+1,name=gpu"
An exception ends the process; blockscope starts it again and finds out whether the network or the GPU is to blame."""
import json, sys, onnx2torch, torch

gpu = torch.device("cuda", int(sys.argv[1]))
torch.cuda.set_device(gpu)
for line in sys.stdin:
    request = json.loads(line)
    model, ms = onnx2torch.convert(request["model"]).eval().to(gpu), []
    image, graph = torch.rand(1, 3, request["resolution"], request["resolution"], device=gpu), torch.cuda.CUDAGraph()
    with torch.inference_mode(), torch.cuda.stream(torch.cuda.Stream()):
        [model(image) for _ in range(10)]  # warm-up: libraries choose their kernels
        with torch.cuda.graph(graph): model(image)
        for _ in range(30):
            start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
            start.record(), graph.replay(), end.record(), end.synchronize()
            ms.append(start.elapsed_time(end))
    print(json.dumps({"id": request["id"], "values": ms, "unit": "ms"}), flush=True)
