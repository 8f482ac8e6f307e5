# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later

: "${root:?}"

# source_files NAME-PATTERN...: the tree's own files, whether in git or not.
source_files ()
{
  local names=() pattern
  for pattern in "$@"; do
    names+=(-o -name "$pattern")
  done
  find "$root" \( -path "$root/build*" -o -path "$root/demo" \
    -o -path "$root/dist" -o -name .git -o -name __pycache__ \) -prune -o \
    -type f \( "${names[@]:1}" \) -print0
}

shell_files ()
{
  source_files '*.sh'
  printf '%s\0' "$root/run" "$root/.ci/run"
}

lint_format ()
{
  source_files '*.c' '*.h' | xargs -0 -r clang-format-14 --dry-run -Werror
}

lint_shell ()
{
  shell_files | xargs -0 -r shellcheck --external-sources \
    --source-path="$root"
}

lint_python ()
{
  source_files '*.py' | xargs -0 -r pyflakes3
}

# Any file with room for a comment says under which licence it is.
lint_licence ()
{
  local bare
  bare=$({
    source_files '*.c' '*.h' '*.py' '*.orc' meson.build meson_options.txt
    shell_files
  } | xargs -0 -r grep -L 'SPDX-License-Identifier: LGPL-2.1-or-later') || true
  [ -z "$bare" ] || { say "no SPDX line:" "$bare"; return 1; }
}

# Meson's dependency lists keep foreign libraries out of a tier. A path from the
# root or upwards would get round them to headers of this tree.
lint_arrows ()
{
  local found family
  found=$({
    arrow lib 'elements|plugins|pipelines|cloud'
    arrow elements 'plugins|pipelines|cloud'
    arrow plugins 'lib|pipelines|cloud'
    arrow pipelines 'lib|elements|plugins|cloud'
    arrow cloud 'lib|elements|plugins|pipelines'
    for family in "$root"/{lib,elements,cloud}/*/; do
      other_families "$family"
    done
  }) || true
  [ -z "$found" ] || { say "an include against the tiers:" "$found"; return 1; }
}

# arrow TIER FORBIDDEN
arrow ()
{
  grep -rnE --include='*.[ch]' \
    "^ *# *include +[\"<]([^\">]*/)?($2)/" "$root/$1" || true
}

# other_families FOLDER: includes of headers beside it. All but lib/dsp may use
# what is common; nothing common may use any of them.
other_families ()
{
  local folder=${1%/} tier=${1%/*/} shared names
  shared="$tier/common/*"
  [ "$folder" != "$root/lib/dsp" ] || shared=
  names=$(find "$tier" -name '*.h' ! -path "$folder/*" ! -path "$shared" \
    -printf '%f\n' | sort -u | sed 's/\./\\./g' | paste -sd '|')
  [ -z "$names" ] || grep -rnE --include='*.[ch]' \
    "^ *# *include +[\"<]([^\">]*/)?($names)[\">]" "$folder" || true
}

# One idea a file; a reviewer objects above 600 lines.
lint_length ()
{
  local long
  long=$(source_files '*.c' '*.h' '*.py' '*.sh' | xargs -0 -r wc -l |
    awk '$2 != "total" && $1 > 600')
  [ -z "$long" ] || { say "over 600 lines:" "$long"; return 1; }
}

main ()
{
  local check failed=0
  need_packages test
  for check in format shell python licence arrows length; do
    "lint_$check" || { say "lint: $check: see above"; failed=1; }
  done
  [ $failed -eq 0 ] && say "lint: nothing found"
  return $failed
}
