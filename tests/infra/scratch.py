# SPDX-License-Identifier: LGPL-2.1-or-later
"""A copy of the tree to try things on."""
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(os.environ["G_TEST_SRCDIR"])
BUILD = Path(os.environ["G_TEST_BUILDDIR"])
PARTS = ("lib", "elements", "plugins", "pipelines", "cloud", "infra", "run",
         "meson.build", "meson_options.txt")


def copy_tree():
    """Returns a TemporaryDirectory that holds the tree, open to all users."""
    holder = tempfile.TemporaryDirectory(prefix="anc-infra-")
    os.chmod(holder.name, 0o755)
    for part in PARTS:
        source, target = ROOT / part, Path(holder.name) / part
        if source.is_dir():
            shutil.copytree(source, target,
                            ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(source, target)
    return holder


def call(*command, **options):
    """The finished process, its output as text."""
    return subprocess.run([str(word) for word in command], text=True,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          check=False, **options)
