# SPDX-License-Identifier: LGPL-2.1-or-later
"""The plugins' READMEs against the inventory, which the inventory test holds
against the plugins: every property is in a table, with the default it has. And
what gst-inspect-1.0 shows."""
import fnmatch
import math
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

import tap

PLUGINS = Path(os.environ["G_TEST_SRCDIR"]) / "plugins"
# Of GstBaseSink and GstBaseSrc, documented there.
INHERITED = {"async", "blocksize", "do-timestamp", "enable-last-sample",
             "last-sample", "max-bitrate", "max-lateness", "num-buffers",
             "processing-deadline", "qos", "render-delay", "sync",
             "throttle-time", "ts-offset", "typefind"}
AUTHOR = "The gst-plugins-anc contributors"
# A time is a number of nanoseconds, milliseconds or seconds, as its blurb says.
UNITS = {"": (1,), "%": (1,), "ms": (1, 10**6), "s": (1, 10**3, 10**9),
         "min": (60, 60 * 10**3, 60 * 10**9), "KiB": (2**10,),
         "MiB": (2**20,), "GiB": (2**30,), "kB": (10**3,), "KB": (10**3,),
         "MB": (10**6,), "GB": (10**9,)}


def inventory():
    """{plugin: {element: {property: default}}}"""
    plugins, element = {}, None
    for line in (PLUGINS / "inventory.txt").read_text().splitlines():
        if found := re.match(r"plugin (\S+):", line):
            elements = plugins.setdefault(found[1], {})
        elif found := re.match(r"  element (\S+):", line):
            element = elements.setdefault(found[1], {})
        elif found := re.match(r"    property (\S+): .*?(?: = (.*))? \(", line):
            element[found[1]] = found[2]
    return plugins


KINDS = {"sink": "sink", "source": "src", "Telemetry": "telemetry"}


def names_in(cell):
    """`a-b`, `-c` are a-b and a-c; a name with * stands for several."""
    names = []
    for name in re.findall(r"`([a-z0-9*-]+)`", cell):
        if name.startswith("-"):
            name = names[-1].partition("-")[0] + name
        names.append(name)
    return names


def rows(readme, elements):
    """(elements, properties, defaults, text) of each row of the tables of
    properties; a heading that names elements is for those."""
    inside, scope = False, set(elements)
    for line in readme.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("#"):
            scope = {e for e in elements
                     if re.search(rf"\b{e}\b", line) or any(
                         re.search(rf"\b{word}\b", line)
                         and e.endswith(end) for word, end in KINDS.items())}
            scope = scope or set(elements)
        if not line.startswith("|"):
            inside = False
        elif cells[:2] == ["property", "default"]:
            inside = True
        elif inside and not cells[0].startswith("---"):
            yield scope, names_in(cells[0]), cells[1], line


def same(written, real):
    """Is "40 ms", "8 MiB", "`true`", "0.1" or nothing the same default?"""
    written = written.strip("` ")
    # Where the element has none, the text says what is taken instead.
    if written == real or real in (None, "none"):
        return True
    if written in ("", "none"):
        return real in ("0", "false", str(2**64 - 1))
    found = re.fullmatch(r"(-?[\d.,]+) ?([A-Za-z]*)", written)
    if not found or found[2] not in UNITS:
        return False
    number = float(found[1].replace(",", ""))
    try:
        return any(math.isclose(float(real), number * unit)
                   for unit in UNITS[found[2]])
    except ValueError:
        return False


def split_defaults(cell, count):
    """One for each property of the row, with those of single elements:
    "0.1 (`anclms` 0.01)" is [("0.1", {"anclms": "0.01"})]."""
    special = dict(re.findall(r"`(anc\w+)` ([^,)]+)", cell))
    plain = re.sub(r" *\([^)]*`anc[^)]*\)", "", cell)
    parts = re.split(r", (?![0-9]{3}\b)", plain) if count > 1 else [plain]
    return [(part, special) for part in parts] * (count if len(parts) == 1 else 1)


class Readmes(unittest.TestCase):
    maxDiff = None

    def check(self, plugin, elements):
        told, wrong = set(), []
        readme = (PLUGINS / plugin / "README.md").read_text()
        for scope, names, cell, line in rows(readme, elements):
            defaults = split_defaults(cell, len(names))
            self.assertEqual(len(defaults), len(names), line)
            for name, (default, special) in zip(names, defaults):
                owners = {(e, p) for e in scope for p in elements[e]
                          if fnmatch.fnmatchcase(p, name)}
                told |= {p for _, p in owners}
                told |= set(names_in(line.partition(" also ")[2]))
                if not owners:
                    wrong.append(f"no element has {name}: {line}")
                wrong += [f"{e}.{p}: {elements[e][p]}, not as in {line}"
                          for e, p in sorted(owners)
                          if p not in INHERITED
                          and not same(special.get(e, default), elements[e][p])]
        wrong += [f"{e}.{p} is in no table" for e in elements
                  for p in elements[e]
                  if p not in INHERITED and p not in told]
        self.assertEqual(wrong, [])

    def test_family(self):
        """One hand: the same author, blurbs that are phrases with a unit."""
        plugins = inventory()
        for element in [e for plugin in sys.argv[1:] for e in plugins[plugin]]:
            shown = subprocess.run(
                ["gst-inspect-1.0", element], capture_output=True, text=True,
                check=False, timeout=60).stdout
            if element not in shown:
                self.skipTest("a sanitized plugin cannot be inspected")
            properties = shown.partition("Element Properties:")[2]
            properties = properties.partition("\n\nElement ")[0]
            blurbs = dict(re.findall(r"(?m)^  (\S+) +: (.*)$", properties))
            with self.subTest(element=element):
                author = re.search(r"(?m)^  Author +(.*)$", shown)[1]
                self.assertEqual(author, AUTHOR)
                for name, blurb in blurbs.items():
                    if name in INHERITED | {"name", "parent", "qos"}:
                        continue
                    self.assertRegex(blurb, r"^[A-Z0-9{].*[^.]$", name)
                    self.assertNotRegex(blurb, r"\b(ns|ms|us)\b", name)

    def test_properties(self):
        plugins = inventory()
        for plugin in sys.argv[1:]:
            with self.subTest(plugin=plugin):
                self.assertTrue(plugins[plugin])
                self.check(plugin, plugins[plugin])


if __name__ == "__main__":
    tap.main()
