#!/bin/sh
# An Android device over adb, timed by ncnn's benchncnn (pushed to /data/local/tmp before):
#   --metric "run:examples/runners/android_ncnn.sh {device} {onnx} {resolution}#devices=SERIAL"
# onnx2ncnn turns the model into ncnn's; weights are benchncnn's own. Prints the average in ms.
set -e
serial=$1 model=$2 side=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
onnx2ncnn "$model" "$work/m.param" "$work/m.bin" >/dev/null
there=/data/local/tmp/$(basename "$model" .onnx).param
adb -s "$serial" push "$work/m.param" "$there" >/dev/null
adb -s "$serial" shell "cd /data/local/tmp && ./benchncnn 50 1 0 -1 0 param=$there \
    shape=[$side,$side,3] 2>&1; rm -f $there" |
    sed -n 's/.*avg = *\([0-9.]*\).*/\1/p'
