#!/usr/bin/env python3
"""Measures `turnaway diagnose` on one core: messages and megabytes per second.

Usage: diagnose.py TURNAWAY [FOLDER]
Beside it, the same mbox read by `cat`, which does nothing with it, and by Python's email parser, which only takes the messages apart. The
messages are those of FOLDER (default: the bounces of the corpus, else the reports of tests/), repeated up to 100,000. The best of three runs.
"""
import email
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = pathlib.Path("/work/shared/corpora/bounces/maildir/bsd")
MESSAGES, PARSED = 100_000, 3_000
SEPARATOR = b"From x Mon Nov 30 10:00:00 2026\n"


def best(command, runs=3):
    times = []
    for _ in range(runs):
        begin = time.perf_counter()
        subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
        times.append(time.perf_counter() - begin)
    return min(times)


def main():
    program = sys.argv[1]
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else CORPUS if CORPUS.exists() else ROOT / "tests/unit/report/golden"
    texts = [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()]
    texts = [text.partition(b"\n")[2] if text.startswith(b"From ") else text for text in texts]
    with tempfile.TemporaryDirectory() as temporary:
        box = pathlib.Path(temporary, "box")
        with box.open("wb") as file:
            for i in range(MESSAGES):
                file.write(SEPARATOR + texts[i % len(texts)] + b"\n\n")
        size = box.stat().st_size
        # "\nFrom " inside a message begins another one, for every reader of an mbox.
        print(f"{MESSAGES} messages, {size / 1e6:.0f} MB")
        for name, command in (
            ("cat", ["taskset", "-c", "0", "cat", str(box)]),
            ("diagnose --summary", ["taskset", "-c", "0", program, "diagnose", "--summary", str(box)]),
            ("diagnose --csv", ["taskset", "-c", "0", program, "diagnose", "--csv", str(box)]),
            ("diagnose --json", ["taskset", "-c", "0", program, "diagnose", "--json", str(box)]),
        ):
            seconds = best(command)
            print(f"{name:20} {MESSAGES / seconds:10,.0f} messages/s {size / seconds / 1e6:8,.0f} MB/s")
        begin = time.perf_counter()
        for i in range(PARSED):
            for part in email.message_from_bytes(texts[i % len(texts)]).walk():
                part.get_payload(decode=True)
        seconds = time.perf_counter() - begin
        used = sum(len(texts[i % len(texts)]) for i in range(PARSED))
        print(f"{'email of Python':20} {PARSED / seconds:10,.0f} messages/s {used / seconds / 1e6:8,.0f} MB/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
