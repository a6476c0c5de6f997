#!/usr/bin/env python3
"""How long a browser takes to load the page of `park audit --html`. Usage: park_page.py PAGE_PROGRAM [--domains 5000] [--rounds 5]

PAGE_PROGRAM is build/release/bin/park_report_page; half of the domains have four findings each. Measured in headless Chromium, from the start
of the navigation until the page is loaded and laid out, beside a table of as many rows with the names alone: what no such page can
beat. Both in one run, in turns.
"""
import argparse
import base64
import hashlib
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

# Asking for a height makes the browser lay the whole page out.
SCRIPT = ('addEventListener("load", () => { document.body.offsetHeight; '
          'document.title = performance.now() + " " + document.querySelectorAll("*").length; });')


def with_clock(page):
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    page = page.replace("script-src '", f"script-src 'sha256-{digest}' '", 1)
    return page.replace("</body>", f"<script>{SCRIPT}</script></body>")


def load(folder, page):
    """Milliseconds, and the number of elements."""
    done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-extensions", "--no-first-run",
                           "--host-resolver-rules=MAP * ~NOTFOUND", "--dump-dom", "--timeout=60000", f"--user-data-dir={folder}/profile",
                           page.as_uri()], capture_output=True, text=True, check=True)
    time, elements = re.search(r"<title>([\d.]+) (\d+)</title>", done.stdout).groups()
    return float(time), int(elements)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--domains", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    wanted = parser.parse_args()
    half = wanted.domains // 2
    page = subprocess.run([wanted.program, str(half), str(wanted.domains - half)], capture_output=True, text=True, check=True).stdout
    names = "".join(f"<tr><td>name-{i}.example</td></tr>" for i in range(wanted.domains))
    pages = {"the page of the audit": page, "a table of names": f"<!DOCTYPE html><html><title></title><body><table>{names}</table></body></html>"}
    print("| page | MB | elements | ms (median) | ms (least, most) |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        results = {name: [] for name in pages}
        for _ in range(wanted.rounds):
            for name, text in pages.items():
                path = pathlib.Path(folder, "page.html")
                path.write_text(with_clock(text), encoding="utf-8")
                results[name].append(load(folder, path))
        for name, loads in results.items():
            times = [time for time, _ in loads]
            print(f"| {name} | {len(pages[name]) / 1e6:.1f} | {loads[0][1]:,} | {statistics.median(times):.0f} "
                  f"| {min(times):.0f}, {max(times):.0f} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
