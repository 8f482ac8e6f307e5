# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

main ()
{
  need_packages build run
  take_lock
  build_release
}
