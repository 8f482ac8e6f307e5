# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

: "${root:?}"

# shellcheck source=infra/run/tools.sh
source "$root/infra/run/tools.sh"

main ()
{
  if [ $# -gt 0 ]; then
    printf 'run: bench takes no arguments and measures everything\n' >&2
    exit 2
  fi
  need_packages build run demo test
  take_lock
  need_tools
  need_peers
  build_release || return 1
  use_build_tree
  exec "$root/tests/bench/run.sh"
}
