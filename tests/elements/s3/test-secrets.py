# SPDX-License-Identifier: LGPL-2.1-or-later
"""Secrets, however they are given, are in no log of any level, no graph, no
message and no property that can be read."""
import re
import subprocess
import unittest

import sound
import tap
from bucket import BUCKET, PART, BucketTest
from player import Player

TOKEN = "anc-session-token/that+nobody=sees"


class Secrets(BucketTest):
    def watch(self, line, env, *commands, word="eos"):
        """Everything that the process wrote anywhere."""
        log = self.folder / "log"
        env = {**env, "GST_DEBUG": "*:9", "GST_DEBUG_FILE": str(log),
               "GST_DEBUG_DUMP_DOT_DIR": str(self.folder),
               "G_MESSAGES_DEBUG": "all"}
        with Player(line, env) as player:
            for command in commands:
                player.do(command)
            player.do("play")
            heard = player.until("eos", "error")
            player.do("dot")
            player.stats()
        self.assertEqual(heard[0], word, heard)
        texts = [log.read_text(errors="replace"), player.errors,
                 str(player.heard),
                 (self.folder / "player.dot").read_text()]
        self.assertGreater(len(texts[0]), 10000)
        return "\n".join(texts)

    def check(self, line, env, *commands, **more):
        text = self.watch(line, env, *commands, **more)
        for secret in (self.server.secret_key, TOKEN):
            self.assertNotIn(secret, text)
            self.assertNotIn(secret.replace("/", "%2F"), text)

    def lines(self):
        self.client.put_object(Bucket=BUCKET, Key="a", Body=b"x" * 100)
        return (f"audiotestsrc num-buffers=50 ! ancs3sink name=s3 "
                f"uri=s3://{BUCKET}/b part-size={PART}",
                f"ancs3src name=s3 uri=s3://{BUCKET}/a ! fakesink")

    def test_environment(self):
        for line in self.lines():
            self.check(line, self.env)
            # refused by the server, and still not told
            self.check(line, {**self.env, "AWS_SESSION_TOKEN": TOKEN},
                       word="error")

    def test_files(self):
        (self.folder / "credentials").write_text(
            f"[box]\naws_access_key_id = {self.server.access_key}\n"
            f"aws_secret_access_key = {self.server.secret_key}\n")
        env = {key: value for key, value in self.env.items()
               if "KEY" not in key}
        env["AWS_SHARED_CREDENTIALS_FILE"] = str(self.folder / "credentials")
        for line in self.lines():
            self.check(line.replace("name=s3", "name=s3 profile=box"), env)

    def test_properties(self):
        env = {key: value for key, value in self.env.items()
               if "KEY" not in key}
        for line in self.lines():
            self.check(line, env,
                       f"set access-key-id {self.server.access_key}",
                       f"set secret-access-key {self.server.secret_key}")
            self.check(line, env,
                       f"set access-key-id {self.server.access_key}",
                       f"set secret-access-key {self.server.secret_key}",
                       f"set session-token {TOKEN}", word="error")

    def test_write_only(self):
        for element in ("ancs3sink", "ancs3src"):
            shown = subprocess.run(["gst-inspect-1.0", element],
                                   env=sound.launch_env(), check=True,
                                   capture_output=True, text=True).stdout
            for name in ("secret-access-key", "session-token"):
                flags = re.search(rf"^  {name} +:.*\n +flags: (.*)$", shown,
                                  re.M)[1]
                self.assertIn("writable", flags)
                self.assertNotIn("readable", flags)


if __name__ == "__main__":
    unittest.TestCase.maxDiff = 500
    tap.main()
