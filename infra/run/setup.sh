# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

main ()
{
  [ $# -gt 0 ] || set -- build run
  need_packages "$@"
  say "The packages for $* are installed."
}
