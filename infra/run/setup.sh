# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

: "${root:?}"

# shellcheck source=infra/run/tools.sh
source "$root/infra/run/tools.sh"

main ()
{
  [ $# -gt 0 ] || set -- build run
  need_packages "$@"
  case " $* " in
    *" test "*)
      take_lock
      need_tools
      ;;
  esac
  say "The packages for $* are installed."
}
