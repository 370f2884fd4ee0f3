#!/bin/sh
# Another machine's CPU, reached over ssh, through the blockscope installed there:
#   --metric "run:examples/runners/remote_blockscope.sh {device} {space} {arch} {resolution}#devices=board1"
# Prints one value in ms.
set -e
host=$1 space=$2 arch=$3 side=$4
ssh "$host" "blockscope evaluate $space --arch '$arch@$side' --resolution $side \
    --metric latency/host --quiet -o -" |
    awk -F, 'NR == 2 { print $NF }'
