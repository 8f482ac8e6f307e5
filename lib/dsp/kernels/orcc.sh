#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# orcc, but whatever it prints is an error: at an opcode it does not know,
# version 0.4.33 prints a line (on either stream), exits 0 and emits an
# empty loop.
messages=$("$@" 2>&1)
status=$?
if [ "$status" -ne 0 ] || [ -n "$messages" ]; then
  printf '%s\n' "$messages" >&2
  exit 1
fi
