#!/bin/sh
# An Android device over adb, timed by TFLite's benchmark_model (pushed to /data/local/tmp before):
#   --metric "run:examples/runners/android_tflite.sh {device} {onnx}#devices=SERIAL,timeout=300s"
# onnx2tf turns the model into TFLite's. Prints the average of 50 runs in ms.
set -e
serial=$1 model=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
onnx2tf -i "$model" -o "$work" >/dev/null 2>&1
there=/data/local/tmp/$(basename "$model" .onnx).tflite
adb -s "$serial" push "$work"/*_float32.tflite "$there" >/dev/null
adb -s "$serial" shell "cd /data/local/tmp && ./benchmark_model --graph=$there --num_threads=1 \
    --num_runs=50 --use_xnnpack=true 2>&1; rm -f $there" |
    sed -n 's/.*Inference (avg): *\([0-9.e+]*\).*/\1/p' | awk '{ print $1 / 1000 }'
