# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What the slower commands share: packages, the build, and keeping the output
# of other programs in a file until it is wanted.

: "${root:?}" "${build:?}"

# The packages are Debian's, so are the programs: an interpreter installed
# beside them would not see python3-numpy.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin:$PATH

say ()
{
  printf '%s\n' "$*"
}

# quietly WHAT LOG COMMAND...: one line for people, the rest in LOG.
quietly ()
{
  local what=$1 log=$2 start=$SECONDS
  shift 2
  printf '%s ... ' "$what"
  if "$@" >"$log" 2>&1 </dev/null; then
    printf 'done (%d s)\n' $((SECONDS - start))
    return 0
  fi
  printf 'failed; the last lines of %s:\n' "$log"
  tail -n 40 "$log"
  return 1
}

# Two commands must not configure the same directory, nor one build what
# another is testing. What a test starts belongs to the holder of the lock.
take_lock ()
{
  mkdir -p "$build" 2>/dev/null || die "cannot write to $build"
  [ -w "$build" ] || die "cannot write to $build"
  [ "${ANC_RUN_LOCK:-}" != "$build" ] || return 0
  exec 9>"$build/.lock"
  flock -n 9 || { say "Waiting for another ./run in this tree"; flock 9; }
  export ANC_RUN_LOCK=$build
}

packages_of ()
{
  local set
  for set in "$@"; do
    awk -v want="[$set]" '
      /^\[/ { on = $0 == want; found = found || on; next }
      on && NF && !/^#/ { print }
      END { exit !found }' "$root/infra/run/packages.txt" ||
      die "there is no package set \"$set\"; the sets: build run demo test slow go"
  done
}

missing_packages ()
{
  local wanted installed
  wanted=$(packages_of "$@") || return 1
  # shellcheck disable=SC2016,SC2086 # dpkg-query's own variables; a word each
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted \
    2>/dev/null || true)
  installed=$(awk '$2 == "installed" { print $1 }' <<<"$installed" | sort -u)
  sort -u <<<"$wanted" | comm -23 - <(printf '%s\n' "$installed")
}

# The way to root's rights, as a command prefix; fails where there is none.
as_root ()
{
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif [ -t 0 ]; then
    sudo "$@"
  else
    sudo -n "$@"
  fi
}

may_become_root ()
{
  [ "$(id -u)" -eq 0 ] && return 0
  command -v sudo >/dev/null || return 1
  if [ -t 0 ]; then sudo -v; else sudo -n true 2>/dev/null; fi
}

# Only asks the network when the lists at hand do not do.
apt_install ()
{
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get -y -q
    -o DPkg::Lock::Timeout=120)
  as_root "${get[@]}" install --no-install-recommends "$@" && return 0
  as_root "${get[@]}" update &&
    as_root "${get[@]}" install --no-install-recommends "$@"
}

need_packages ()
{
  local missing
  command -v dpkg-query >/dev/null ||
    die "this sets up Debian 12; elsewhere install what" \
      "infra/run/packages.txt names and use meson"
  missing=$(missing_packages "$@" | tr '\n' ' ') || exit 1
  missing=${missing% }
  [ -n "$missing" ] || return 0
  may_become_root ||
    die "missing packages; as root: apt-get install $missing"
  # shellcheck disable=SC2086 # one word each
  quietly "Installing $(wc -w <<<"$missing") packages" \
    "$(log_file packages)" apt_install $missing ||
    die "could not install: $missing"
}

log_file ()
{
  mkdir -p "$build/logs"
  printf '%s/logs/%s.log' "$build" "$1"
}

# configure DIR OPTION...: brings DIR to these options. The record beside them
# notices a tree that was copied or moved together with its build directory,
# which ninja would go on building at the old place.
configure ()
{
  local dir=$1 record
  shift
  record=$(printf '%s\n' "$root" "$@")
  if [ -e "$dir/build.ninja" ] && [ -e "$dir/.options" ]; then
    [ "$(cat "$dir/.options")" != "$record" ] || return 0
    if [ "$(head -n 1 "$dir/.options")" = "$root" ]; then
      meson configure "$dir" "$@" || return 1
      printf '%s\n' "$record" >"$dir/.options"
      return 0
    fi
  fi
  # Not the whole folder: the lock and the logs are in it.
  rm -rf "$dir"/{meson-private,build.ninja}
  meson setup "$dir" "$root" "$@" || return 1
  printf '%s\n' "$record" >"$dir/.options"
}

# build_tree DIR NAME OPTION...: a build directory, its logs under NAME.
build_tree ()
{
  configure_tree "$@" && compile_tree "$1" "$2"
}

configure_tree ()
{
  local dir=$1 name=$2
  shift 2
  quietly "Configuring $name" "$(log_file "configure-$name")" \
    configure "$dir" "$@"
}

# compile_tree DIR NAME [TARGET...]
compile_tree ()
{
  local dir=$1 name=$2
  shift 2
  quietly "Building $name" "$(log_file "build-$name")" ninja -C "$dir" "$@"
}

# build_release [TARGET...]: everything, or these, in build/. Warnings stop it
# where CI says so, and nowhere else: another compiler's new warning must not
# keep a user from building.
build_release ()
{
  # The stamp is older than anything edited while the compiler runs. It stands
  # for the target "use", which is in everything.
  printf '%s\n' "$root" >"$build/.starting"
  configure_tree "$build" release -Dbuildtype=release "$(werror)" &&
    compile_tree "$build" release "$@" || return 1
  mv "$build/.starting" "$build/.ready"
}

werror ()
{
  if [ -n "${CI:-}" ]; then printf -- '-Dwerror=true'; else printf -- '-Dwerror=false'; fi
}
