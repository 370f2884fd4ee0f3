#!/bin/sh
# consumer_test.sh BUILD SOURCE COMPILER: installs the build elsewhere and builds a consumer against it,
# by CMake and by pkg-config; nothing but the installed tree is seen.
set -eu
build=$1 source=$2 compiler=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cmake --install "$build" --prefix "$folder/root" >"$folder/install.log"

program=$folder/root/bin/blockscope
"$program" --version
expected=$("$program" sample ofa-mbv3 -n 1000 --seed 7 --quiet -o "$folder/archs.csv" &&
    "$program" evaluate ofa-mbv3 --archs "$folder/archs.csv" --metric macs --quiet |
    awk -F, 'NR > 1 { sum += $3 } END { printf "%.0f", sum / 1000 }')

cmake -S "$source" -B "$folder/consumer" -DCMAKE_PREFIX_PATH="$folder/root" \
    -DCMAKE_CXX_COMPILER="$compiler" -DCMAKE_BUILD_TYPE=Debug >"$folder/cmake.log"
cmake --build "$folder/consumer" >"$folder/build.log"
by_cmake=$("$folder/consumer/consumer")

if command -v pkg-config >/dev/null; then
    libdir=$(dirname "$(find "$folder/root" -name blockscope.pc)")
    flags=$(PKG_CONFIG_PATH=$libdir pkg-config --define-variable=prefix="$folder/root" --cflags --libs blockscope)
    # shellcheck disable=SC2086
    "$compiler" -std=c++20 "$source/consumer.cpp" -o "$folder/by_pkg_config" $flags
    test "$(LD_LIBRARY_PATH=$(dirname "$libdir") "$folder/by_pkg_config")" = "$expected"
fi
echo "mean MACs: $expected by the program, $by_cmake by the consumer"
test "$by_cmake" = "$expected"

leaked=$(nm -DC --defined-only "$folder"/root/lib*/libblockscope.so "$folder"/root/lib/*/libblockscope.so 2>/dev/null |
    grep -v -e ' blockscope::' -e ' for blockscope::' -e '^$' -e '^/' -e ' __.san_' -e ' [A-Z] __asan' || true)
test -z "$leaked" || { echo "symbols of others are shown:"; echo "$leaked" | head; exit 1; }

for page in share/man/man1/blockscope.1 share/bash-completion/completions/blockscope \
    share/zsh/vendor-completions/_blockscope; do
    test -s "$folder/root/$page"
done
