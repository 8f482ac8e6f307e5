#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# What an element in band costs a buffer beside identity in its place, both
# above nothing there: CPU time over 200,000 buffers, and instructions counted
# by callgrind as the difference of two runs, so that starting up cancels. 10 ms
# buffers at 48 kHz, the filter frozen at one tap, so that the element's own
# work is what shows. Figures, no verdict.
# BUILD names the build directory (default ../../build).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd)
bench=$build/tests/bench/anc-bench-element
few=2000
many=12000
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GST_PLUGIN_PATH_1_0=$build/plugins GST_REGISTRY_1_0=$folder/registry
export GST_REGISTRY_FORK=no

setting="reference-channel=1 adapt=false filter-length=1"
lines=(identity "anclms $setting" "ancnlms $setting" "ancrls $setting")

# instructions BUFFERS LINE
instructions() {
  valgrind --tool=callgrind --callgrind-out-file="$folder/out" \
    "$bench" 1 "$1" "$2" >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
  sed -n 's/^\(summary\|totals\): //p' "$folder/out" | tail -n 1
}

# per_buffer LINE
per_buffer() {
  local a b
  a=$(instructions "$few" "$1")
  b=$(instructions "$many" "$1")
  echo $(((b - a) / (many - few)))
}

printf '%-60s %6s %8s\n' "CPU time a buffer, above nothing" ns identity=1
"$bench" 100 2000 "" "${lines[@]}"

printf '\n%-60s %6s %8s\n' "instructions a buffer, above nothing" "" identity=1
nothing=$(per_buffer "")
identity=$(($(per_buffer identity) - nothing))
for line in "${lines[@]}"; do
  cost=$(($(per_buffer "$line") - nothing))
  printf '%-60s %6d %8.2f\n' "$line" "$cost" \
    "$(awk "BEGIN { print $cost / $identity }")"
done
