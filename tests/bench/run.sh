#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Every benchmark, with the release build in BUILD (default ../../build).
# Prints figures and ratios; judges nothing. JSON goes to BUILD/bench/.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
build=${BUILD:-$here/../../build}
results=$build/bench
mkdir -p "$results"

title() {
  printf '\n== %s ==\n' "$1"
}

title "Kernels and filters (one thread)"
"$build/tests/bench/anc-bench-dsp" --json "$results/dsp.json"
title "Whole process, file to file, against FFmpeg's anlms"
/usr/bin/python3 "$here/whole-process.py" --json "$results/whole-process.json"
title "Cost of an element in band, beside identity"
"$here/element-cost.sh"
title "One object into S3, against awss3sink and the AWS CLI"
/usr/bin/python3 "$here/s3.py" --json "$results/s3.json"
title "200 WebSocket clients of one sink, 20 of them stalled"
"$build/tests/elements/websocket/websocket-bench-crowd" --json "$results/websocket.json"
title "The runtime of functions, with one that does nothing"
"$build/tests/cloud/lambda/lambda-bench" "$build/tests/cloud/lambda/lambda-echo" --json "$results/lambda.json"
title "The same with GStreamer and a pipeline, out of a folder of its plugins"
lambda_plugins=$results/lambda-plugins
mkdir -p "$lambda_plugins"
for plugin in app audioconvert coreelements; do
  ln -sf "$(pkg-config --variable=pluginsdir gstreamer-1.0)/libgst$plugin.so" "$lambda_plugins"
done
ln -sf "$(realpath "$build/plugins/anc/libgstanc.so")" "$lambda_plugins"
GST_PLUGIN_PATH_1_0='' GST_PLUGIN_SYSTEM_PATH_1_0=$lambda_plugins \
  GST_REGISTRY_1_0=$results/lambda-registry.bin GST_REGISTRY_FORK=no \
  "$build/tests/cloud/lambda/lambda-bench" "$build/tests/cloud/lambda/lambda-pipeline" --json "$results/lambda-pipeline.json"
title "MQTT on loopback"
GST_PLUGIN_PATH_1_0=$build/plugins \
  /usr/bin/python3 "$here/mqtt.py" "$build/tests/bench/mqtt-render"
