# shellcheck shell=bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Programs that only tests and benchmarks use and Debian does not have: Python
# packages (moto, boto3, the AWS CLI) and versitygw, a strict S3 server. They
# are kept in the user's cache, keyed by version, for all trees; a folder there
# is whole or absent. What cannot be had is said, and its tests skip themselves.

: "${root:?}" "${build:?}"

# The tilde, as HOME may not be set.
tools_cache=${XDG_CACHE_HOME:-~/.cache}/gst-plugins-anc/tools
versitygw_version=1.8.0
# What its go.mod asks for.
versitygw_go=1.25.0
# Where installers put Go, beside PATH.
go_places=(/usr/local/go/bin/go /usr/lib/go-*/bin/go)

# Where things are to be, whether they are there or not.
python_tools ()
{
  place_by_content python "$root/infra/run/requirements.txt"
}

awss3_peer ()
{
  place_by_content awss3 "$root/tests/bench/peers/awss3/Cargo.lock"
}

# place_by_content NAME FILE: another content, another place.
place_by_content ()
{
  local key
  key=$(cksum <"$2")
  printf '%s/%s-%s' "$tools_cache" "$1" "${key%% *}"
}

versitygw_tools ()
{
  printf '%s/versitygw-%s' "$tools_cache" "$versitygw_version"
}

# Into the final place from the start, as a virtual environment holds its own
# path; the stamp comes last.
install_python_tools ()
{
  local place=$1
  rm -rf "$place"
  /usr/bin/python3 -m venv "$place" &&
    "$place/bin/pip" install --disable-pip-version-check --no-input \
      --retries 2 --only-binary :all: -r "$root/infra/run/requirements.txt" &&
    touch "$place/.complete"
}

# The first Go that is new enough.
find_go ()
{
  local each version
  while read -r each; do
    version=$(GOTOOLCHAIN=local "$each" env GOVERSION 2>/dev/null) || continue
    if printf '%s\n' "$versitygw_go" "${version#go}" | sort -VC; then
      printf '%s' "$each"
      return 0
    fi
  done < <(type -aP go; printf '%s\n' "${go_places[@]}")
  return 1
}

# Debian's Go is too old to build it and old enough to fetch a newer one, which
# is a module like any other. The proxy's archive has no execute bits.
fetch_go ()
{
  local module goroot
  module=golang.org/toolchain@v0.0.1-go$versitygw_go.linux-$(go env GOARCH)
  goroot=$(cd / && go mod download -json "$module" |
    sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  [ -n "$goroot" ] || return 1
  chmod -R u+x "$goroot/bin" "$goroot/pkg/tool" || return 1
  printf '%s/bin/go' "$goroot"
}

install_versitygw ()
(
  place=$1
  work=$(mktemp -d "$tools_cache/work.XXXXXX") || return 1
  export GOPATH=$work/go GOCACHE=$work/cache GOFLAGS="-modcacherw -trimpath"
  export GOBIN=$work/tools/bin GOTOOLCHAIN=local GO111MODULE=on CGO_ENABLED=0
  if go=$(find_go || fetch_go) &&
    "$go" install -ldflags="-s -w" \
      "github.com/versity/versitygw/cmd/versitygw@v$versitygw_version"; then
    touch "$work/tools/.complete"
    rm -rf "$place"
    mv "$work/tools" "$place"
  fi
  rm -rf "$work"
  [ -e "$place/.complete" ]
)

# gst-plugin-aws, which the benchmark of ancs3sink measures itself against.
install_awss3_peer ()
{
  rm -rf "$1"
  "$root/tests/bench/peers/awss3/build.sh" "$1" && touch "$1/.complete"
}

# need_tool WHAT PLACE FUNCTION: one attempt, its output in a log. A failure
# is no error here: what misses it says so.
need_tool ()
{
  local what=$1 place=$2 install=$3
  [ ! -e "$place/.complete" ] || return 0
  if ! quietly "Installing $what" "$(log_file "tools-$install")" \
    "$install" "$place"; then
    say "Without $what whatever needs it is skipped."
  fi
}

# Whole tools, as in PATH; also for tests that are started by hand.
record_tools ()
{
  local place list=
  for place in "$(python_tools)" "$(versitygw_tools)"; do
    [ ! -e "$place/.complete" ] || list=$list${list:+:}$place/bin
  done
  export ANC_TEST_TOOLS=$list
  printf '%s\n' "$list" >"$build/.test-tools"
}

# A Go to start from, of whatever age.
need_go ()
{
  [ ! -e "$(versitygw_tools)/.complete" ] || return 0
  find_go >/dev/null || command -v go >/dev/null || (need_packages go) || true
}

# Only the benchmark: it takes ten minutes to build.
need_peers ()
{
  lock_tools
  need_tool "gst-plugin-aws (some ten minutes)" "$(awss3_peer)" \
    install_awss3_peer
  exec 8>&-
  export ANC_BENCH_PEERS=
  [ ! -e "$(awss3_peer)/.complete" ] || ANC_BENCH_PEERS=$(awss3_peer)
}

# One at a time, whichever tree asks first. A user without a home of his own
# has them in his build directory.
lock_tools ()
{
  if ! mkdir -p "$tools_cache" 2>/dev/null || [ ! -w "$tools_cache" ]; then
    tools_cache=$build/tools
    mkdir -p "$tools_cache"
  fi
  exec 8>"$tools_cache/.lock"
  flock 8
}

need_tools ()
{
  lock_tools
  need_tool "Python packages" "$(python_tools)" install_python_tools
  need_go
  need_tool versitygw "$(versitygw_tools)" install_versitygw
  exec 8>&-
  record_tools
}
