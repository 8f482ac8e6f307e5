# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The fuzz targets under libFuzzer, ASan and UBSan, in a build of clang's: what
# tests/fuzz/run-libfuzzer.sh does with each is one test.

: "${root:?}"

# GLib and json-glib are not instrumented: what guides is our own code. Only
# the targets are built; the rest of the tree is gcc's.
build_fuzz ()
{
  local dir=$1
  CC=clang-14 quietly "Configuring fuzz" "$(log_file configure-fuzz)" \
    configure "$dir" -Dfuzzers=true -Dtests=enabled \
    -Dbuildtype=debugoptimized -Db_sanitize=address,undefined \
    -Db_lundef=false "$(werror)" &&
    quietly "Building fuzz" "$(log_file build-fuzz)" ninja -C "$dir" fuzzers
}

run_fuzz ()
{
  local dir=$root/build-fuzz title="fuzz, libFuzzer"
  command -v clang-14 >/dev/null ||
    { count_skip "$title" "clang-14 is missing"; return; }
  build_fuzz "$dir" || { count_broken_build fuzz; return; }
  UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
    run_tests "$title" "$dir" --suite fuzz
}
