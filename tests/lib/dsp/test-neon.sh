#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: test-neon.sh SOURCE-ROOT
# Cross-builds the kernels and their check for aarch64 and runs the check under
# an emulator.
root=$1
compiler=aarch64-linux-gnu-gcc
skip() {
  echo "1..0 # SKIP no $1 (package $2)"
  exit 0
}
command -v $compiler > /dev/null || skip $compiler gcc-aarch64-linux-gnu
command -v qemu-aarch64 > /dev/null || skip qemu-aarch64 qemu-user
echo 'int main (void) { return 0; }' | $compiler -x c -o /dev/null - 2> /dev/null \
  || skip "C library for aarch64" libc6-dev-arm64-cross
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
kernels=$root/lib/dsp/kernels
if ! $compiler -std=gnu11 -O2 -Wall -Wextra -ffp-contract=off -static \
  -DANC_HAVE_NEON -I "$root/lib/dsp" -o "$folder/check" \
  "$kernels/anc-kernels.c" "$kernels/anc-kernels-c.c" \
  "$kernels/anc-kernels-neon.c" "$root/tests/lib/dsp/kernel-check.c" -lm; then
  echo 1..1
  echo "not ok 1 - cross build"
  exit 1
fi
qemu-aarch64 "$folder/check"
