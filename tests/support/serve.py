#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A test server for a program in another language.

    serve.py mosquitto|moto|versitygw|proxy [OPTION...]

prints KEY=VALUE lines, then an empty one when all is ready, and ends it when
standard input closes. Each line of standard input is a command and gets one
line back, `ok`, `ok JSON` or `error: SENTENCE`:

    kill, start, restart, suspend, resume   the server
    save                                    mosquitto's database, now
    bucket NAME                             S3: makes one
    proxy VERB [JSON]                       see faultcontrol.py

Exit code 77 and one line `skip: REASON`: the server cannot be had here.
"""
import argparse
import contextlib
import os
import select
import signal
import sys
import unittest
from pathlib import Path

import certificates
import faultcontrol
import faultproxy
import servers
from process import HOST

PLAIN_VERBS = ("kill", "start", "restart", "suspend", "resume", "save")
FACTS = {"PID": "pid", "PORT": "port", "TLS_PORT": "tls_port",
         "WS_PORT": "ws_port", "ENDPOINT": "endpoint",
         "ACCESS_KEY": "access_key", "SECRET_KEY": "secret_key",
         "REGION": "region", "LOG": "log_path", "FOLDER": "folder"}


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("name", choices=("mosquitto", "moto", "versitygw",
                                         "proxy"))
    parser.add_argument("--tls", action="store_true",
                        help="mosquitto: beside plain; versitygw: https")
    parser.add_argument("--client-certificates", action="store_true",
                        help="mosquitto's TLS port wants one")
    parser.add_argument("--user", action="append", default=[],
                        metavar="NAME:PASSWORD")
    parser.add_argument("--acl", metavar="FILE")
    parser.add_argument("--websockets", action="store_true")
    parser.add_argument("--verbose", action="store_true",
                        help="mosquitto logs each packet")
    parser.add_argument("--no-persistence", action="store_true")
    parser.add_argument("--config", default="", metavar="LINES",
                        help="more of mosquitto.conf")
    parser.add_argument("--behind-moto", action="store_true",
                        help="versitygw keeps its objects in a moto")
    parser.add_argument("--versioning", action="store_true")
    parser.add_argument("--bucket", action="append", default=[])
    parser.add_argument("--proxy", nargs="?", const="port", metavar="PORT",
                        choices=("port", "tls_port", "ws_port"),
                        help="a fault-injecting proxy before this port: "
                        "PROXY_PORT")
    parser.add_argument("--target", metavar="HOST:PORT",
                        help="what `serve.py proxy` stands before")
    parser.add_argument("--mode", choices=("http", "tcp"),
                        help="of the proxy; mosquitto: tcp, else http")
    return parser.parse_args()


def make_server(options, stack, pki):
    if options.name == "mosquitto":
        return servers.Mosquitto(
            tls=pki, client_certificates=options.client_certificates,
            users=dict(each.split(":", 1) for each in options.user),
            acl=options.acl and Path(options.acl).read_text(encoding="utf-8"),
            websockets=options.websockets, verbose=options.verbose,
            persistence=not options.no_persistence, config=options.config)
    if options.name == "moto":
        return servers.Moto()
    behind = (stack.enter_context(servers.Moto())
              if options.behind_moto else None)
    return servers.Versitygw(behind=behind, tls=pki,
                             versioning=options.versioning)


def make_proxy(options, stack, server):
    if server:
        target = server.host, getattr(server, options.proxy)
    else:
        host, port = options.target.rsplit(":", 1)
        target = host, int(port)
    mode = options.mode or ("tcp" if options.name == "mosquitto" else "http")
    proxy = stack.enter_context(faultproxy.FaultProxy(target, mode=mode))
    return proxy, stack.enter_context(faultcontrol.Control(proxy))


def describe(server, pki, proxy, control):
    facts = {"HOST": HOST}
    for key, name in FACTS.items():
        facts[key] = getattr(server, name, None)
    for name in ("ca", "client", "client_key"):
        facts[name.upper()] = getattr(pki, name, None)
    if proxy:
        facts.update(PROXY_PORT=proxy.port, PROXY_ENDPOINT=proxy.endpoint,
                     CONTROL_PORT=control.port)
    for key, value in facts.items():
        if value:
            print(f"{key}={value}")
    print(flush=True)


def obey(server, proxy, line):
    verb, _, rest = line.strip().partition(" ")
    if verb == "proxy" and proxy:
        word, _, details = rest.partition(" ")
        return faultcontrol.command(proxy, word, details)
    if verb == "bucket" and server:
        server.create_bucket(rest)
    elif verb in PLAIN_VERBS and hasattr(server, verb):
        getattr(server, verb)()
    else:
        raise ValueError(f'there is no command "{line.strip()}" here')
    return ""


def lines():
    """Those of the input until it ends. A signal that comes just before a read
    does not interrupt it, so Python's handler wakes it through a pipe."""
    awake, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    text = b""
    while True:
        ready, _, _ = select.select([sys.stdin, awake], [], [])
        if awake in ready:
            os.read(awake, 512)
        if sys.stdin not in ready:
            continue
        piece = os.read(sys.stdin.fileno(), 65536)
        *whole, text = (text + piece).split(b"\n")
        yield from (line.decode() for line in whole if line.strip())
        if not piece:
            return


def serve(options, stack):
    pki = (stack.enter_context(certificates.Certificates())
           if options.tls else None)
    server = proxy = control = None
    if options.name != "proxy":
        server = stack.enter_context(make_server(options, stack, pki))
    if options.proxy or not server:
        proxy, control = make_proxy(options, stack, server)
    for bucket in options.bucket:
        server.create_bucket(bucket)
    describe(server, pki, proxy, control)
    for line in lines():
        try:
            answer = obey(server, proxy, line)
            print(f"ok {answer}".strip(), flush=True)
        except Exception as error:  # whatever it is, the caller judges it
            print("error:", " ".join(str(error).split()), flush=True)


def main():
    # As when the input ends: nothing is left behind.
    signal.signal(signal.SIGTERM, lambda *facts: sys.exit(128 + facts[0]))
    options = parse()
    if (options.name == "proxy") != bool(options.target):
        sys.exit("serve.py: proxy, and nothing else, needs --target")
    with contextlib.ExitStack() as stack:
        try:
            serve(options, stack)
        except unittest.SkipTest as reason:
            print(f"skip: {reason}", flush=True)
            sys.exit(77)


if __name__ == "__main__":
    main()
