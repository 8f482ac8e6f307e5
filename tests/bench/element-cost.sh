#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Instructions a buffer of an element in band, beside those of identity in its
# place and of nothing there. 10 ms buffers at 48 kHz, the filter frozen at one
# tap, so that the element's own work is what shows. Counted by callgrind as
# the difference of two runs, so that starting up cancels. Figures, no verdict.
# BUILD names the build directory (default ../../build).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=$(cd "${BUILD:-$here/../../build}" && pwd)
few=2000
many=22000
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export GST_PLUGIN_PATH_1_0=$build/plugins GST_REGISTRY_1_0=$folder/registry
export GST_REGISTRY_FORK=no

# instructions BUFFERS ELEMENT...
instructions() {
  local buffers=$1
  shift
  valgrind --tool=callgrind --callgrind-out-file="$folder/out" \
    gst-launch-1.0 -q audiotestsrc "num-buffers=$buffers" \
    samplesperbuffer=480 ! \
    audio/x-raw,format=F32LE,rate=48000,channels=2 ! "$@" fakesink \
    >"$folder/log" 2>&1 || { cat "$folder/log" >&2; exit 1; }
  sed -n 's/^\(summary\|totals\): //p' "$folder/out" | tail -n 1
}

# per_buffer ELEMENT...
per_buffer() {
  local a b
  a=$(instructions "$few" "$@")
  b=$(instructions "$many" "$@")
  echo $(((b - a) / (many - few)))
}

gst-launch-1.0 -q fakesrc num-buffers=1 ! fakesink # fills the registry
nothing=$(per_buffer)
identity=$(($(per_buffer identity !) - nothing))
printf '%-44s %8s %8s\n' "instructions a buffer, above an empty line" \
  "" "identity=1"
printf '%-44s %8d %8.2f\n' identity "$identity" 1
for name in anclms ancnlms ancrls; do
  cost=$(($(per_buffer "$name" reference-channel=1 adapt=false \
    filter-length=1 !) - nothing))
  printf '%-44s %8d %8.2f\n' "$name, in band, frozen, 1 tap" "$cost" \
    "$(awk "BEGIN { print $cost / $identity }")"
done
