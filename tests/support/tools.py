# SPDX-License-Identifier: LGPL-2.1-or-later
"""Where the programs are that only tests need.

./run test installs them (infra/run/tools.sh) and names their folders in
ANC_TEST_TOOLS, a list as in PATH. Without it what the last ./run installed is
found through build/.test-tools.
"""
import importlib
import os
import shutil
import sys
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RECORD = ROOT / "build/.test-tools"
SYSTEM = "/usr/sbin"  # mosquitto's folder, not in every user's PATH


def folders():
    listed = os.environ.get("ANC_TEST_TOOLS")
    if listed is None and RECORD.exists():
        listed = RECORD.read_text(encoding="utf-8").strip()
    return [Path(each) for each in (listed or "").split(":") if each]


def find(name):
    """The path of a program, or None."""
    paths = [*map(str, folders()), os.environ.get("PATH", ""), SYSTEM]
    return shutil.which(name, path=":".join(filter(None, paths)))


def need(name, remedy="./run setup test brings it"):
    """The path of a program; skips the test where there is none."""
    path = find(name)
    if path is None:
        raise unittest.SkipTest(f"{name} is not installed; {remedy}")
    return path


def module(name):
    """A Python module of the test tools' environment, such as boto3."""
    for folder in folders():
        for packages in folder.parent.glob("lib/python3.*/site-packages"):
            matches = packages.parent.name == "python{}.{}".format(
                *sys.version_info)
            if matches and str(packages) not in sys.path:
                # Last: what Debian has too stays Debian's.
                sys.path.append(str(packages))
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise unittest.SkipTest(f"the Python module {name} is not installed; "
                                "./run setup test brings it") from error
