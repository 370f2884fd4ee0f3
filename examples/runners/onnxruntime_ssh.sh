#!/bin/sh
# A machine reached over ssh, timed by ONNX Runtime's performance tool:
#   --metric "run:examples/runners/onnxruntime_ssh.sh {device} {onnx}#devices=board1+board2,timeout=120s"
# Prints the average of 50 runs in ms.
set -e
host=$1 model=$2
there=/tmp/$(basename "$model")
scp -q "$model" "$host:$there"
ssh "$host" "onnxruntime_perf_test -e cpu -x 1 -r 50 -I $there; code=\$?; rm -f $there; exit \$code" |
    sed -n 's/^Average inference time cost[a-z ]*: *\([0-9.]*\) ms.*/\1/p'
