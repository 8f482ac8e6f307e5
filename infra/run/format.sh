# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

: "${root:?}"

# shellcheck source=infra/run/lint.sh
source "$root/infra/run/lint.sh"

main ()
{
  need_packages test
  source_files '*.c' '*.h' | xargs -0 -r clang-format-14 -i
}
