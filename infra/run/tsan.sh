# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The suite `threads` under ThreadSanitizer. It understands a lock only where
# it sees it taken: GLib's locks are atomics of its own, so GLib is built again
# under TSan, once for each version, into the user's cache. GStreamer stays as
# it is; what happens inside it is not judged.

: "${root:?}" "${build:?}"

# The package and version that programs here are linked against.
glib_source ()
{
  # shellcheck disable=SC2016 # dpkg-query's own variables
  dpkg-query -W -f '${source:Package}=${source:Version}' libglib2.0-0
}

# A library is tied to the runtime of the compiler that instrumented it.
tsan_glib_folder ()
{
  local version
  version=$(glib_source) || return 1
  version=${version#*=}
  printf '%s/gst-plugins-anc/tsan-glib-%s-gcc%s' \
    "${XDG_CACHE_HOME:-$HOME/.cache}" "${version//:/-}" "$(gcc -dumpversion)"
}

# The user's own mirrors and keys, with their sources switched on, in a folder
# of ours: /etc/apt and its lists stay as they are, and no rights are needed.
private_apt ()
{
  local dir=$1 file
  mkdir -p "$dir"/{entries,lists/partial,cache/archives/partial}
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources}; do
    [ -e "$file" ] || continue
    sed -E 's/^Types:.*/Types: deb-src/; s/^deb([[:space:]])/deb-src\1/' \
      "$file" >"$dir/entries/${file##*/}"
  done
  cat >"$dir/apt.conf" <<CONF
Dir::Etc::sourcelist "/dev/null";
Dir::Etc::sourceparts "$dir/entries";
Dir::State::lists "$dir/lists";
Dir::Cache "$dir/cache";
CONF
}

# Into DIR/glib. A mirror that does not answer is not an error of its own:
# whether the source is there decides.
fetch_glib ()
(
  dir=$1
  source=$(glib_source) && private_apt "$dir" && cd "$dir" || exit 1
  export APT_CONFIG=$dir/apt.conf
  apt-get -q update
  apt-get -q source --download-only "$source" &&
    dpkg-source --extract ./*.dsc glib
)

# Without what would only add packages to need, or time.
build_glib ()
{
  local dir=$1
  meson setup "$dir/build" "$dir/glib" --wrap-mode=nodownload \
    -Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false \
    -Dtests=false -Dnls=disabled -Dselinux=disabled -Dlibmount=disabled \
    -Dlibelf=disabled -Dman=false &&
    ninja -C "$dir/build" &&
    mkdir "$dir/lib" &&
    find "$dir/build" -name 'lib*-2.0.so.0' -exec cp -L '{}' "$dir/lib" ';'
}

# Built beside its place and put there whole. If another tree's run was
# quicker, what it put there is the same.
make_tsan_glib ()
(
  place=$1
  command -v dpkg-source >/dev/null ||
    { count_skip "$tsan_title" "dpkg-dev is missing"; exit 1; }
  mkdir -p "${place%/*}" 2>/dev/null || true
  work=$(mktemp -d "$place.XXXXXX" 2>/dev/null) ||
    { count_skip "$tsan_title" "cannot write to ${place%/*}"; exit 1; }
  trap 'rm -rf "$work"' EXIT
  quietly "Fetching GLib's source" "$(log_file tsan-fetch)" \
    fetch_glib "$work" ||
    { count_skip "$tsan_title" "no source of $(glib_source) from apt-get"
      exit 1; }
  quietly "Building GLib under TSan" "$(log_file build-tsan-glib)" \
    build_glib "$work" || { count_broken_build tsan-glib; exit 1; }
  mv -T "$work/lib" "$place" 2>/dev/null || [ -d "$place" ]
)

# TSan wants its part of the address space; where the kernel throws addresses
# about too widely it does not start. Containers may forbid to ask for less.
fixed_addresses ()
{
  if setarch -R true 2>/dev/null; then printf 'setarch -R'; else printf 'env'; fi
}

run_tsan ()
{
  local dir=$root/build-tsan glib
  tsan_title="threads, TSan"
  glib=$(tsan_glib_folder) ||
    { count_skip "$tsan_title" "no package libglib2.0-0"; return; }
  [ -d "$glib" ] || make_tsan_glib "$glib" || return 0
  build_tree "$dir" tsan -Dtests=enabled -Dtool=disabled \
    -Dbuildtype=debugoptimized -Db_sanitize=thread -Db_lundef=false \
    "$(werror)" || { count_broken_build tsan; return; }
  LD_LIBRARY_PATH=$glib LD_PRELOAD=$(gcc -print-file-name=libtsan.so) \
    scan_plugins "$dir"
  # GLib's slices would hand memory on in ways TSan cannot follow. This GLib
  # looks for GIO's modules, TLS among them, below a prefix of its own.
  LD_LIBRARY_PATH=$glib G_SLICE=always-malloc \
    GIO_EXTRA_MODULES=$(pkg-config --variable=giomoduledir gio-2.0) \
    TSAN_OPTIONS=ignore_noninstrumented_modules=1:suppressions=$root/infra/run/tsan.supp \
    run_tests "$tsan_title" "$dir" --suite threads -t 10 \
    --wrapper "$(fixed_addresses)"
}
