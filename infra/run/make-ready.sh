# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Behind `anc` and `env`, when there is no build or the sources are newer.

main ()
{
  need_packages build run
  take_lock
  # Whoever held the lock may have done it.
  ! ready || return 0
  build_release use
}
