#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""One large object into a strict S3 server: ancs3sink against awss3sink and
`aws s3 cp`, all with parts of 8 MiB.

The server is versitygw with kept connections; a proxy in front of it adds the
same delay to each answer, which is what a network does that loopback does not.
The uploads run in turn, and ratios are taken within each round, so that a drift
of the machine's speed cancels. Each object is compared with what was sent. CPU
seconds are user plus system of the uploading process alone.
"""
import argparse
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))

import servers  # noqa: E402
import tools  # noqa: E402
from faultproxy import FaultProxy  # noqa: E402

BUCKET = "bench"
PART = 8 << 20
FIGURES = ("wall-seconds", "cpu-seconds", "peak-mb")
BUILD = pathlib.Path(os.environ.get("BUILD", HERE.parents[1] / "build"))


def launch(source, element, **settings):
    return ["gst-launch-1.0", "-q", "filesrc", f"location={source}",
            "blocksize=1048576", "!", element,
            *(f"{key.replace('_', '-')}={value}"
              for key, value in settings.items())]


def ours(source, endpoint, key, **settings):
    return launch(source, "ancs3sink", uri=f"s3://{BUCKET}/{key}",
                  endpoint=endpoint, region=servers.REGION,
                  force_path_style="true", part_size=PART, **settings)


def peer_element(source, endpoint, key):
    return launch(source, "awss3sink", bucket=BUCKET, key=key,
                  endpoint_uri=endpoint, region=servers.REGION,
                  force_path_style="true", part_size=PART)


def peer_program(source, endpoint, key):
    return [tools.need("aws"), "s3", "cp", "--quiet", "--endpoint-url",
            endpoint, source, f"s3://{BUCKET}/{key}"]


def contenders(environment):
    """Name and command of what is installed; says what is not."""
    def has(element):
        # Not --exists: that wants the plugin to have GStreamer's version.
        return subprocess.run(["gst-inspect-1.0", element], env=environment,
                              stdout=subprocess.DEVNULL, check=False,
                              stderr=subprocess.DEVNULL).returncode == 0

    found = {}
    if has("ancs3sink"):
        found["ancs3sink"] = ours
        found["ancs3sink, 10 uploads"] = lambda *words: ours(
            *words, parallel_uploads=10)
    if has("awss3sink"):
        found["awss3sink"] = peer_element
    if tools.find("aws"):
        found["aws s3 cp"] = peer_program
    for name in ("ancs3sink", "awss3sink", "aws s3 cp"):
        if name not in found:
            print(f"{name} is not installed and not measured")
    return found


def environment_for(server, folder):
    plugins = [str(BUILD / "plugins"), os.environ.get("ANC_BENCH_PEERS", "")]
    # The program's defaults, stated: parts as everybody's, ten at a time.
    (folder / "config").write_text(
        f"[default]\ns3 =\n  multipart_chunksize = {PART}\n",
        encoding="utf-8")
    return {**os.environ, **server.variables(), "HOME": str(folder),
            "AWS_CONFIG_FILE": str(folder / "config"),
            "GST_PLUGIN_PATH_1_0": ":".join(filter(None, plugins)),
            "GST_REGISTRY_1_0": str(folder / "registry")}


def run(command, environment):
    """Wall seconds, CPU seconds and peak MB of one process."""
    began = os.times().elapsed
    pid = os.posix_spawnp(command[0], [str(word) for word in command],
                          environment)
    _, status, usage = os.wait4(pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        sys.exit(f"failed: {' '.join(map(str, command))}")
    return (os.times().elapsed - began, usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1024)


def upload(server, command, source, key, environment):
    figures = run(command, environment)
    kept = server.data / BUCKET / key
    if subprocess.run(["cmp", "-s", source, kept], check=False).returncode:
        sys.exit(f"{command[0]} {key}: what arrived is not what was sent")
    kept.unlink()
    return figures


def measure(server, endpoint, source, environment, programs, runs):
    """All in turn, RUNS times after one round that does not count."""
    rounds = []
    for number in range(runs + 1):
        rounds.append({
            name: upload(server, command(source, endpoint, f"{number}-{at}"),
                         source, f"{number}-{at}", environment)
            for at, (name, command) in enumerate(programs.items())})
    return rounds[1:]


def spread(values):
    return {"min": min(values), "median": statistics.median(values),
            "max": max(values)}


def summarise(rounds):
    result = {name: {figure: spread([each[name][at] for each in rounds])
                     for at, figure in enumerate(FIGURES)}
              for name in rounds[0]}
    for name in rounds[0]:
        if not name.startswith("ancs3sink"):
            continue
        result[name]["ratios"] = {
            peer: {figure: statistics.median(
                each[peer][at] / each[name][at] for each in rounds)
                for at, figure in enumerate(FIGURES)}
            for peer in rounds[0] if not peer.startswith("ancs3sink")}
    return result


def show(delay, megabytes, result):
    print(f"{megabytes} MB, {delay * 1000:.0f} ms added to each request")
    for name, figures in result.items():
        row = "  ".join(f"{figure} {figures[figure]['median']:7.2f}"
                        for figure in FIGURES)
        print(f"  {name:22} {row}")
    for name, figures in result.items():
        for peer, ratios in figures.get("ratios", {}).items():
            row = "  ".join(f"{figure} {ratios[figure]:7.2f}"
                            for figure in FIGURES)
            print(f"  {peer + ' / ' + name:34} {row}")
    print(flush=True)


def bench(options, folder):
    source = folder / "source"
    with open("/dev/urandom", "rb") as random, open(source, "wb") as file:
        for _ in range(options.megabytes):
            file.write(random.read(1 << 20))
    results = {}
    with servers.Versitygw() as server, FaultProxy(server) as proxy:
        server.create_bucket(BUCKET)
        environment = environment_for(server, folder)
        programs = contenders(environment)
        for delay in options.delays if programs else ():
            proxy.delay = delay
            rounds = measure(server, proxy.endpoint, source, environment,
                             programs, options.runs)
            results[f"{delay * 1000:.0f}-ms"] = summarise(rounds)
            show(delay, options.megabytes, results[f"{delay * 1000:.0f}-ms"])
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=256, help="MiB")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--delays", type=float, nargs="*", default=[0, 0.1],
                        help="seconds")
    parser.add_argument("--json", type=pathlib.Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="anc-bench-s3-") as folder:
        try:
            results = bench(options, pathlib.Path(folder))
        except unittest.SkipTest as reason:
            print(f"not measured: {reason}")
            return
    if options.json:
        options.json.write_text(json.dumps(results, indent=2) + "\n",
                                encoding="utf-8")


if __name__ == "__main__":
    main()
