#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# usage: test-orcc.sh ORCC-WRAPPER ORCC
# An opcode that orcc does not know must fail the build.
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
program() {
  printf '.function f\n.dest 4 d float\n.source 4 s float\n\n%s d, s\n' "$1" \
    > "$folder/program.orc"
}
echo 1..2
program copyl
if sh "$1" "$2" --implementation -o "$folder/out.c" "$folder/program.orc"; then
  echo "ok 1 - a known opcode"
else
  echo "not ok 1 - a known opcode"
fi
program nosuchopcode
if sh "$1" "$2" --implementation -o "$folder/out.c" "$folder/program.orc" \
  2> "$folder/messages"; then
  echo "not ok 2 - an unknown opcode"
else
  echo "ok 2 - an unknown opcode"
fi
