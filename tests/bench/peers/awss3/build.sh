#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds gst-plugin-aws into DIRECTORY, quietly as to the machine: some nine
# minutes of one core. Needs a Rust that its Cargo.toml accepts.
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: build.sh DIRECTORY" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
work=$(mktemp -d "$1/work.XXXXXX")
trap 'rm -rf "$work"' EXIT
nice -n 10 cargo build --release --locked -j2 \
  --manifest-path "$here/Cargo.toml" --target-dir "$work"
mv "$work/release/libgstaws.so" "$1/"
