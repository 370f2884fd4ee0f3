#!/bin/sh
# From a space of one's own and a folder of images to measured accuracy profiles, a smaller space and a
# front. Needs a blockscope that was built with libtorch.
#
#     examples/supernet/walk.sh SPACE.toml IMAGES OUTPUT
#
# IMAGES holds train/ and val/, in each a folder for each class. With CIFAR-10 and the space beside
# this file:
#     examples/supernet/walk.sh examples/supernet/small_images.toml cifar10 walk
# Settings, as environment variables: EPOCHS and SUBNETS (of training), NETWORKS (evaluated for the
# profile), BLOCKSCOPE (the program), THREADS.
set -eu
space=$1 images=$2 out=$3
blockscope=${BLOCKSCOPE:-blockscope}
threads=${THREADS:-0}
mkdir -p "$out"

# what the space holds
"$blockscope" space "$space"

# one training for all of its networks; killed, it goes on where it was
"$blockscope" train "$space" --images "$images" --epochs "${EPOCHS:-20}" --subnets "${SUBNETS:-4}" \
    --batch 32 --crop 0.5 --centre 1 --threads "$threads" -o "$out/net.safetensors"

# which blocks help accuracy, where and how surely, and what they cost
accuracy="supernet:$out/net.safetensors@$images#cache=$out/cache"
"$blockscope" profile "$space" --metric "$accuracy" --metric macs -n "${NETWORKS:-200}" \
    --threads "$threads" -o "$out/profile"

# networks that are accurate and cheap
"$blockscope" search "$space" --maximize "$accuracy" --minimize macs --algorithm surrogate \
    --initial 20 --iterations 3 --children 10 --threads "$threads" -o "$out/front"
