#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: test-wasm.sh SOURCE-ROOT NATIVE-PROGRAM
# Builds lib/dsp to wasm32 from libc and libm alone and runs one filter under
# Node; its samples must be those of the native program.
root=$1
native=$2
skip() {
  echo "1..0 # SKIP no $1 (package $2)"
  exit 0
}
command -v clang-14 > /dev/null || skip clang-14 clang-14
command -v wasm-ld-14 > /dev/null || skip wasm-ld-14 lld-14
command -v node > /dev/null || skip node nodejs
[ -e /usr/include/wasm32-wasi ] || skip wasi-libc wasi-libc
ls /usr/lib/llvm-14/lib/clang/*/lib/wasi/libclang_rt.builtins-wasm32.a > /dev/null 2>&1 \
  || skip "compiler runtime for wasm32" libclang-rt-14-dev-wasm32
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
echo 1..2
if clang-14 --target=wasm32-wasi -O2 -std=gnu11 -Wall -Wextra -mbulk-memory \
  -ffp-contract=off -mexec-model=reactor -I "$root/lib/dsp" \
  -o "$folder/filter.wasm" "$root"/lib/dsp/anc-*.c \
  "$root/lib/dsp/kernels/anc-kernels.c" \
  "$root/lib/dsp/kernels/anc-kernels-c.c" \
  "$root/tests/lib/dsp/wasm-filter.c" -lm; then
  echo "ok 1 - builds"
else
  echo "not ok 1 - builds"
  exit 1
fi
"$native" > "$folder/native.txt" || exit 1
node "$root/tests/lib/dsp/wasm-compare.mjs" "$folder/filter.wasm" \
  "$folder/native.txt"
