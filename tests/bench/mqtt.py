# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ancmqttsink does on loopback: messages a second until all are
acknowledged, and the time that the streaming thread spends in it, with a broker
that answers and with one that stands still. Needs the plugins in
GST_PLUGIN_PATH_1_0; argument: the program mqtt-render."""
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
from servers import Mosquitto  # noqa: E402

COUNT = 50000


def measure(title, broker, properties="", count=COUNT, **env):
    done = subprocess.run(
        [sys.argv[1], f"mqtt://127.0.0.1:{broker.port}/bench", str(count),
         properties], env={**os.environ, **env}, check=True,
        capture_output=True, text=True, timeout=300)
    print(f"{title:34} {done.stdout.strip()}", flush=True)


def main():
    with tempfile.TemporaryDirectory() as folder, \
            Mosquitto(persistence=False) as broker:
        for qos in (0, 1):
            measure(f"QoS {qos}, in memory", broker, f"qos={qos}")
        measure("QoS 2, in memory", broker, "qos=2 clean-session=false "
                "client-id=bench protocol-version=5")
        measure("QoS 1, in a file", broker, f"queue-directory={folder}")
        measure("QoS 1, json-base64", broker, "payload-format=json-base64")
        broker.suspend()
        measure("stalled broker, in memory", broker, count=20000,
                ANC_BENCH_STALL="1")
        measure("stalled broker, in a file", broker,
                f"queue-directory={folder} client-id=stalled", count=20000,
                ANC_BENCH_STALL="1")
        broker.resume()


if __name__ == "__main__":
    main()
