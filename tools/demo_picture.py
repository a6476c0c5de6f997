#!/usr/bin/env python3
"""Makes docs/demo.png: the last screen of `turnaway demo` on a terminal of 24 lines and 80 columns, as it is now.

Usage: demo_picture.py TURNAWAY
tmux(1) is the terminal, Chromium draws what it shows. Run it again when the screen changes.
"""
import html
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
LAST_WORDS = "q quit"
LIMIT_S = 60
COLOURS = {"1": "bold", "36": "cyan"}
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 14px 16px; background: #16181d; color: #d8dce4; font: 15px/1.3 "DejaVu Sans Mono", monospace; }}
pre {{ margin: 0; font: inherit }} .bold {{ font-weight: bold; color: #fff }} .cyan {{ color: #62c6d6 }}
</style><pre>{}</pre>"""


def tmux(socket, *words):
    return subprocess.run(["tmux", "-S", socket, "-f", "/dev/null", *words], capture_output=True, text=True, check=True).stdout


def capture(turnaway, folder):
    """What the terminal shows, with its escape sequences."""
    socket = f"{folder}/tmux"
    tmux(socket, "new-session", "-d", "-s", "demo", "-x", "80", "-y", "24", f"{turnaway} demo")
    end = time.monotonic() + LIMIT_S
    while LAST_WORDS not in (shown := tmux(socket, "capture-pane", "-e", "-p", "-t", "demo")):
        if time.monotonic() > end:
            raise SystemExit(f"the demo does not come to its last screen:\n{shown}")
        time.sleep(0.1)
    tmux(socket, "send-keys", "-t", "demo", "q")
    return shown


def as_html(text):
    out, classes = "", set()
    for codes, words in re.findall(r"\x1b\[([\d;]*)m|([^\x1b]+)", text):
        for code in codes.split(";") if codes else []:
            classes = {"0": set(), "39": classes - {"cyan"}}.get(code, classes | {COLOURS[code]} if code in COLOURS else classes)
        if words:
            out += f'<span class="{" ".join(sorted(classes))}">{html.escape(words)}</span>'
    return out


def main():
    turnaway = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as folder:
        page = pathlib.Path(folder, "demo.html")
        page.write_text(PAGE.format(as_html(capture(turnaway, folder))), encoding="utf-8")
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--user-data-dir={folder}/chromium",
                        "--window-size=766,500", f"--screenshot={ROOT}/docs/demo.png", page.as_uri()], check=True, capture_output=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
