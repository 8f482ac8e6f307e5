# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The fast path of `anc` and `env`: no package query and no ninja. One find
# over the sources tells whether the build is there and still theirs.

: "${root:?}" "${build:?}"

ready ()
{
  [ -x "$build/pipelines/tool/anc" ] && [ -e "$build/.ready" ] || return 1
  # A build directory copied with its tree still builds the original.
  [ "$(<"$build/.ready")" = "$root" ] || return 1
  [ -z "$(find "$root"/{lib,elements,plugins,pipelines,meson.build} \
    -newer "$build/.ready" -type f -print -quit)" ]
}

# Commands started from here see this tree's plugins, and their registry file
# stays out of the user's cache.
use_build_tree ()
{
  export GST_PLUGIN_PATH_1_0=$build/plugins
  export GST_REGISTRY_1_0=$build/registry.bin
  export GST_PRESET_PATH=$root/elements/presets
  export ANC_PIPELINE_PATH=${ANC_PIPELINE_PATH:+$ANC_PIPELINE_PATH:}$root/pipelines/presets
  export PATH=$build/pipelines/tool:$PATH
}
