#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run-libfuzzer.sh PROGRAM SEEDS WORK: a million cases or five minutes, as one
# TAP test. Always from the same seeds, so that a find can be found again; what
# the program died of is in WORK.
program=$1
seeds=$2
work=$3

rm -rf "$work"
mkdir -p "$work/corpus"
echo 1..1
if "$program" -seed=1 -runs=1000000 -max_total_time=300 -timeout=20 \
  -artifact_prefix="$work/" -print_final_stats=1 \
  "$work/corpus" "$seeds" >"$work/log" 2>&1; then
  echo "ok 1 $(grep '^Done' "$work/log")"
  exit 0
fi
tail -n 100 "$work/log" | sed 's/^/# /'
echo "not ok 1 the input is $(ls "$work"/*-* 2>/dev/null)"
exit 1
