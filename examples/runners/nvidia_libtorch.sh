#!/bin/sh
# An NVIDIA GPU in a machine reached over ssh, through a blockscope built there with CUDA libtorch:
#   --metric "run:examples/runners/nvidia_libtorch.sh {device} {space} {arch} {resolution}#devices=gpu1"
# Prints one value in ms.
set -e
host=$1 space=$2 arch=$3 side=$4
ssh "$host" "blockscope evaluate $space --arch '$arch@$side' --resolution $side \
    --metric latency/host:engine=libtorch --quiet -o -" |
    awk -F, 'NR == 2 { print $NF }'
