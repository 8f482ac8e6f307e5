# SPDX-License-Identifier: LGPL-2.1-or-later
"""Other people's WebSocket: the Python library `websockets` as server and as
client, Chromium as a page."""
import asyncio
import base64
import json
import random
import tempfile
import unittest
from pathlib import Path

import browser
import tap
import tools
from wstest import Peer, Pipeline, binary, read_binary, text, websockets, \
    outcome, written

SEED = 20
CAPS = "audio/x-raw,format=S16LE,rate=16000,channels=1"


def noise(size):
    return random.Random(SEED).randbytes(size)


class Folder(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.input, self.output = self.folder / "in", self.folder / "out"
        self.data = noise(200000)
        self.input.write_bytes(self.data)

    def source(self):
        return (f"filesrc location={self.input} ! rawaudioparse format=pcm "
                "pcm-format=s16le sample-rate=16000 num-channels=1")

    def pieces(self):
        """Without caps, but many."""
        return f"filesrc location={self.input} blocksize=2000"


class PythonServer(Folder):
    """ancwssink and ancwssrc as clients of it."""

    def collect(self, options, source=None):
        got = {"data": b"", "acks": 0}

        async def handler(socket):
            got["subprotocol"] = socket.subprotocol
            got["hello"] = json.loads(await socket.recv())
            async for message in socket:
                if isinstance(message, bytes):
                    seq, _, payload = read_binary(message)
                else:
                    assert len(message) <= 32768, len(message)
                    fields = json.loads(message)
                    seq = fields["seq"]
                    if fields["type"] == "end":
                        await socket.send(text(type="ack", seq=seq))
                        return
                    payload = base64.b64decode(fields["data"], validate=True)
                got["data"] += payload
                if got["hello"]["ack"]:
                    got["acks"] += 1
                    await socket.send(text(type="ack", seq=seq))

        with Peer(handler) as peer:
            end = outcome(f"{source or self.source()} ! ancwssink "
                          f"uri=ws://127.0.0.1:{peer.port}/a "
                          f"slow-client-policy=block {options}")
            self.assertEqual(peer.failures, [])
        self.assertEqual(end, {"end": "eos"})
        self.assertEqual(got["data"], self.data)
        self.assertEqual(got["subprotocol"], "anc.v1")
        return got

    def test_binary(self):
        hello = self.collect("")["hello"]
        self.assertEqual((hello["version"], hello["format"], hello["rate"],
                          hello["channels"], hello["encoding"]),
                         (1, "S16LE", 16000, 1, "binary"))

    def test_base64(self):
        self.collect("encoding=base64")

    def test_acknowledged(self):
        got = self.collect("encoding=base64 acknowledge=true", self.pieces())
        self.assertEqual(got["acks"], 100)
        self.assertEqual(got["hello"]["caps"], "application/octet-stream")

    def test_source(self):
        pieces = [self.data[at:at + 777]
                  for at in range(0, len(self.data), 777)]

        async def handler(socket):
            await socket.send(text(type="hello", version=1, caps=CAPS
                                   + ",layout=interleaved"))
            for seq, piece in enumerate(pieces):
                if seq % 2:
                    await socket.send(binary(seq, piece))
                else:
                    # in three frames, which WebSocket allows anywhere
                    whole = binary(seq, piece)
                    await socket.send([whole[:5], whole[5:40], whole[40:]])
            await socket.send(text(type="end", seq=len(pieces)))
            ack = json.loads(await socket.recv())
            assert ack == {"type": "ack", "seq": len(pieces)}, ack

        with Peer(handler) as peer:
            end = outcome(f"ancwssrc uri=ws://127.0.0.1:{peer.port}/ ! "
                          f"filesink location={self.output}")
            self.assertEqual(peer.failures, [])
        self.assertEqual(end, {"end": "eos"})
        self.assertEqual(written(self.output), self.data)

    def test_raw(self):
        got = []

        async def handler(socket):
            async for message in socket:
                got.append(message)
            assert socket.close_code == 1000, socket.close_code

        with Peer(handler, subprotocols=["pcm"]) as peer:
            end = outcome(f"{self.source()} ! ancwssink protocol=raw "
                          f"subprotocols=opus,pcm slow-client-policy=block "
                          f"uri=ws://127.0.0.1:{peer.port}/")
            self.assertEqual(peer.failures, [])
        self.assertEqual(end, {"end": "eos"})
        self.assertEqual(b"".join(got), self.data)

    def test_reconnect(self):
        """Broken off again and again; with acknowledgements all of it comes
        exactly once, in order."""
        got, seen, connections = [], set(), [0]

        async def handler(socket):
            connections[0] += 1
            json.loads(await socket.recv())
            count = 0
            async for message in socket:
                if isinstance(message, str):
                    seq = json.loads(message)["seq"]
                    await socket.send(text(type="ack", seq=seq))
                    continue
                seq, _, payload = read_binary(message)
                if seq not in seen:
                    seen.add(seq)
                    got.append((seq, payload))
                count += 1
                if count == 12:
                    # taken, and the acknowledgement is lost
                    socket.transport.abort()
                    return
                await socket.send(text(type="ack", seq=seq))

        with Peer(handler) as peer:
            end = outcome(f"{self.pieces()} ! ancwssink acknowledge=true "
                          f"uri=ws://127.0.0.1:{peer.port}/ "
                          f"slow-client-policy=block reconnect-delay=5")
            self.assertEqual(peer.failures, [])
        self.assertEqual(end, {"end": "eos"})
        self.assertEqual([seq for seq, _ in got], list(range(len(got))))
        self.assertEqual(b"".join(data for _, data in got), self.data)
        self.assertGreater(connections[0], 4)

    def test_no_pongs(self):
        async def handler(socket):
            # the library answers pings while it reads; this one does not
            socket.transport.pause_reading()
            await asyncio.sleep(2)

        with Peer(handler, ping_interval=None) as peer:
            end = outcome("audiotestsrc is-live=true ! ancwssink "
                          f"uri=ws://127.0.0.1:{peer.port}/ ping-interval=50 "
                          "pong-timeout=200 reconnect-attempts=0", 15)
        self.assertEqual(end["end"], "error")
        self.assertIn("no pong came in time", end["message"])


class PythonClient(Folder):
    """A client of our servers."""

    def run_client(self, port, coroutine):
        async def main():
            async with websockets.connect(f"ws://127.0.0.1:{port}/",
                                          subprotocols=["anc.v1"],
                                          max_size=None) as socket:
                return await coroutine(socket)
        return asyncio.run(asyncio.wait_for(main(), 60))

    def test_listens(self):
        async def listen(socket):
            data = b""
            assert json.loads(await socket.recv())["type"] == "hello"
            async for message in socket:
                if isinstance(message, str):
                    end = json.loads(message)
                    await socket.send(text(type="ack", seq=end["seq"]))
                    return data
                data += read_binary(message)[2]
            raise AssertionError("no end came")

        with Pipeline(f"{self.source()} ! ancwssink name=ws mode=server "
                      "uri=ws://127.0.0.1:0/ slow-client-policy=block") as line:
            self.assertEqual(self.run_client(line.port, listen), self.data)
            self.assertEqual(line.end(), {"end": "eos"})

    def test_publishes(self):
        async def publish(socket):
            await socket.ping()
            await socket.send(text(type="hello", version=1, format="S16LE",
                                   rate=16000, channels=1, ack=True))
            for seq, at in enumerate(range(0, len(self.data), 5000)):
                piece = self.data[at:at + 5000]
                await socket.send(binary(seq, piece) if seq % 2 else text(
                    type="data", seq=seq,
                    data=base64.b64encode(piece).decode()))
                ack = json.loads(await socket.recv())
                assert ack == {"type": "ack", "seq": seq}, ack
            await socket.send(text(type="end", seq=seq + 1))
            return json.loads(await socket.recv())

        with Pipeline("ancwssrc name=ws mode=server uri=ws://127.0.0.1:0/ ! "
                      f"filesink location={self.output}") as line:
            self.assertEqual(self.run_client(line.port, publish)["type"],
                             "ack")
            self.assertEqual(line.end(), {"end": "eos"})
        self.assertEqual(written(self.output), self.data)


PAGE_UP = """
const socket = new WebSocket("ws://127.0.0.1:%d/", ["anc.v1"]);
socket.binaryType = "arraybuffer";
await new Promise((yes, no) => { socket.onopen = yes; socket.onerror = no; });
const acks = [];
const ended = new Promise(yes => { socket.onmessage = event => {
  const message = JSON.parse(event.data);
  acks.push(message.seq);
  if (message.seq == 40) yes();
}; });
socket.send(JSON.stringify({type: "hello", version: 1, format: "S16LE",
                            rate: 16000, channels: 1}));
let sample = 0;
for (let seq = 0; seq < 40; seq++) {
  const frame = new ArrayBuffer(32 + 2 * 160), view = new DataView(frame);
  [65, 78, 67, 1, 1, 0, 0, 32].forEach((b, i) => view.setUint8(i, b));
  view.setBigUint64(8, BigInt(seq));
  view.setBigUint64(16, BigInt(seq) * 10000000n);
  view.setBigUint64(24, 10000000n);
  for (let i = 0; i < 160; i++)
    view.setInt16(32 + 2 * i, (sample++ * 7) %% 30000, true);
  socket.send(frame);
}
socket.send(JSON.stringify({type: "end", seq: 40}));
await ended;
socket.close(1000);
return acks;
"""

PAGE_DOWN = """
const socket = new WebSocket("ws://127.0.0.1:%d/", ["anc.v1"]);
socket.binaryType = "arraybuffer";
let hello, sum = 0, bytes = 0, next = null, gaps = 0;
await new Promise((yes, no) => {
  socket.onerror = no;
  socket.onmessage = event => {
    if (typeof event.data == "string") {
      const message = JSON.parse(event.data);
      if (message.type == "hello") { hello = message; return; }
      if (message.type == "end") {
        socket.send(JSON.stringify({type: "ack", seq: message.seq}));
        yes();
        return;
      }
    }
    const view = new DataView(event.data), seq = view.getBigUint64(8);
    gaps += next !== null && seq != next;
    next = seq + 1n;
    for (let i = view.getUint16(6); i < view.byteLength; i++) {
      sum = (sum * 31 + view.getUint8(i)) %% 1000003;
      bytes++;
    }
  };
});
return {hello, sum, bytes, gaps};
"""


class Page(Folder):
    @classmethod
    def setUpClass(cls):
        tools.need("chromium")

    def test_sends(self):
        with Pipeline("ancwssrc name=ws mode=server uri=ws://127.0.0.1:0/ "
                      "allowed-origins=http://127.0.0.1:1 ! "
                      "fakesink") as line:
            with self.assertRaisesRegex(AssertionError, "the page says"):
                browser.run_script(PAGE_UP % line.port)
        with Pipeline("ancwssrc name=ws mode=server uri=ws://127.0.0.1:0/ ! "
                      f"filesink location={self.output}") as line:
            self.assertEqual(browser.run_script(PAGE_UP % line.port), [40])
            self.assertEqual(line.end(), {"end": "eos"})
        expected = b"".join((i * 7 % 30000).to_bytes(2, "little")
                            for i in range(6400))
        self.assertEqual(written(self.output), expected)

    def test_receives(self):
        with Pipeline(f"{self.source()} ! ancwssink name=ws mode=server "
                      "uri=ws://127.0.0.1:0/ slow-client-policy=block") as line:
            got = browser.run_script(PAGE_DOWN % line.port)
            self.assertEqual(line.end(), {"end": "eos"})
        expected = 0
        for byte in self.data:
            expected = (expected * 31 + byte) % 1000003
        self.assertEqual((got["bytes"], got["sum"], got["gaps"]),
                         (len(self.data), expected, 0))
        self.assertEqual(got["hello"]["rate"], 16000)


if __name__ == "__main__":
    tap.main()
