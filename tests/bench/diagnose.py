#!/usr/bin/env python3
"""Measures `turnaway diagnose` on one core: messages and megabytes per second of processor time.

Usage: diagnose.py TURNAWAY [FOLDER [MESSAGES]]
Beside it, the same mbox read by `cat`, which does nothing with it, and by Python's email parser, which only takes the messages apart. The
messages are those of FOLDER (default: the bounces of the corpus, else the reports of tests/), repeated up to MESSAGES (default: 100,000), each
time with other addresses and numbers: diagnose remembers lines, and in a real stream only those without an address or a number come again.
Then reports with an attachment of a megabyte, and --jobs on all cores, by the clock. The best of three runs.
"""
import email
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CORPUS = pathlib.Path("/work/shared/corpora/bounces/maildir/bsd")
MESSAGES, PARSED, LARGE = 100_000, 3_000, 100
SEPARATOR = b"From x Mon Nov 30 10:00:00 2026\n"


def times(command):
    """Processor time, so that a busy machine counts less, and time by the clock."""
    begin = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)  # it has been waited for
    if child.returncode != 0:
        raise SystemExit(f"{command}: exit status {child.returncode}")
    return max(used.ru_utime + used.ru_stime, 1e-3), time.perf_counter() - begin


def best(command, runs=3):
    return tuple(min(column) for column in zip(*(times(command) for _ in range(runs))))


def with_own_numbers(text, number):
    """A copy whose addresses and numbers of four digits or more are no other copy's."""
    digits = b"%d" % (1_000_000_007 * (number + 1))
    return re.sub(rb"[0-9]{4,}", lambda found: (digits * 8)[-len(found[0]):], text.replace(b"@", b"%d@" % number))


def write_box(path, texts, count):
    with path.open("wb") as file:
        for i in range(count):
            copy, which = divmod(i, len(texts))
            text = texts[which] if copy == 0 else with_own_numbers(texts[which], copy)
            # "\nFrom " inside a message begins another one, for every reader of an mbox.
            file.write(SEPARATOR + text + b"\n\n")
    return path.stat().st_size


def with_attachment(text):
    head, _, body = text.replace(b"\r\n", b"\n").partition(b"\n\n")
    attachment = b"\n".join([b"QUJD" * 19] * 13_000)
    return (b"Content-Type: multipart/mixed; boundary=large\nMIME-Version: 1.0\n\n--large\n" + head + b"\n\n" + body +
            b"\n--large\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n" + attachment + b"\n--large--\n")


def show(name, count, size, seconds):
    print(f"{name:20} {count / seconds:10,.0f} messages/s {size / seconds / 1e6:8,.0f} MB/s")


def main():
    program = sys.argv[1]
    folder = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else CORPUS if CORPUS.exists() else ROOT / "tests/unit/report/golden"
    count = int(sys.argv[3]) if len(sys.argv) > 3 else MESSAGES
    texts = [path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()]
    texts = [text.partition(b"\n")[2] if text.startswith(b"From ") else text for text in texts]
    with tempfile.TemporaryDirectory() as temporary:
        box, large = pathlib.Path(temporary, "box"), pathlib.Path(temporary, "large")
        size, large_size = write_box(box, texts, count), write_box(large, [with_attachment(text) for text in texts[:LARGE]], LARGE)
        print(f"{count} messages, {size / 1e6:.0f} MB; {LARGE} with attachments, {large_size / 1e6:.0f} MB; load {os.getloadavg()[0]:.1f}")
        diagnose = [program, "diagnose", "--jobs", "1"]
        show("cat", count, size, best(["cat", box])[0])
        for form in ("--summary", "--csv", "--json"):
            show(f"diagnose {form}", count, size, best([*diagnose, form, box])[0])
        show("attachments, cat", LARGE, large_size, best(["cat", large])[0])
        show("attachments, --json", LARGE, large_size, best([*diagnose, "--json", large])[0])
        for jobs in range(1, (os.cpu_count() or 1) + 1):
            show(f"--json --jobs {jobs}", count, size, best([program, "diagnose", "--json", "--jobs", str(jobs), box])[1])
        begin = time.process_time()
        for i in range(PARSED):
            for part in email.message_from_bytes(texts[i % len(texts)]).walk():
                part.get_payload(decode=True)
        seconds = time.process_time() - begin
        show("email of Python", PARSED, sum(len(texts[i % len(texts)]) for i in range(PARSED)), seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
