# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

: "${root:?}"

main ()
{
  need_packages build run demo test
  take_lock
  build_release || return 1
  use_build_tree
  exec "$root/tests/bench/run.sh" "$@"
}
