#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A test server for a program in another language.

    serve.py mosquitto|moto|versitygw [OPTION...]

prints KEY=VALUE lines, then an empty one when the server is ready, and ends it
when standard input closes. A line on standard input commands it: kill, start,
restart, suspend, resume, save (mosquitto), or `bucket NAME` (S3); each is
answered by `ok` or one line that begins with `error`. Exit code 77 and one
line `skip: REASON`: the server cannot be had here.
"""
import argparse
import contextlib
import sys
import unittest
from pathlib import Path

import certificates
import servers


def parse():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("name", choices=("mosquitto", "moto", "versitygw"))
    parser.add_argument("--tls", action="store_true",
                        help="mosquitto beside plain, versitygw instead")
    parser.add_argument("--client-certificates", action="store_true",
                        help="mosquitto's TLS port wants one")
    parser.add_argument("--user", action="append", default=[],
                        metavar="NAME:PASSWORD")
    parser.add_argument("--acl", metavar="FILE")
    parser.add_argument("--websockets", action="store_true")
    parser.add_argument("--config", default="", metavar="LINES",
                        help="more of mosquitto.conf")
    parser.add_argument("--behind-moto", action="store_true",
                        help="versitygw keeps its objects in a moto")
    parser.add_argument("--versioning", action="store_true")
    parser.add_argument("--bucket", action="append", default=[])
    return parser.parse_args()


def make(options, stack):
    pki = (stack.enter_context(certificates.Certificates())
           if options.tls else None)
    if options.name == "mosquitto":
        users = dict(each.split(":", 1) for each in options.user)
        acl = options.acl and Path(options.acl).read_text(encoding="utf-8")
        server = servers.Mosquitto(
            tls=pki, client_certificates=options.client_certificates,
            users=users, acl=acl, websockets=options.websockets,
            config=options.config)
    elif options.name == "moto":
        server = servers.Moto()
    else:
        behind = (stack.enter_context(servers.Moto())
                  if options.behind_moto else None)
        server = servers.Versitygw(behind=behind, tls=pki,
                                   versioning=options.versioning)
    return stack.enter_context(server), pki


def describe(server, pki):
    facts = {"PID": server.pid, "HOST": server.host, "PORT": server.port,
             "LOG": server.log_path, "FOLDER": server.folder}
    for name in ("tls_port", "ws_port", "endpoint", "access_key",
                 "secret_key", "region"):
        if getattr(server, name, None):
            facts[name.upper()] = getattr(server, name)
    if pki:
        for name in ("ca", "client", "client_key"):
            facts[name.upper()] = getattr(pki, name)
    return facts


def obey(server, line):
    verb, *words = line.split()
    if verb == "bucket" and words:
        server.create_bucket(words[0])
    elif verb in ("kill", "start", "restart", "suspend", "resume", "save"):
        getattr(server, verb)()
    else:
        raise ValueError(f'there is no command "{line.strip()}"')


def main():
    options = parse()
    with contextlib.ExitStack() as stack:
        try:
            server, pki = make(options, stack)
            for bucket in options.bucket:
                server.create_bucket(bucket)
        except unittest.SkipTest as reason:
            print(f"skip: {reason}", flush=True)
            sys.exit(77)
        for key, value in describe(server, pki).items():
            print(f"{key}={value}")
        print(flush=True)
        for line in filter(str.strip, sys.stdin):
            try:
                obey(server, line)
                print("ok", flush=True)
            except Exception as error:  # whatever it is, the caller decides
                text = " ".join(str(error).split())
                print(f"error: {text}", flush=True)


if __name__ == "__main__":
    main()
