#!/usr/bin/env python3
"""Measures `turnaway diagnose` on the log of a mail server, on one core: lines per second of processor time.

Usage: diagnose_log.py TURNAWAY [LINES]
Beside it `cat`, which does nothing with the lines, `wc -l`, which counts them, and a loop over the lines in Python. The log is Postfix's: seven
lines for each message, of which one in twenty is refused; then the same with every message refused. The best of three runs.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

LOOP = "import sys\nn = 0\nfor line in open(sys.argv[1], 'rb'):\n    n += b'status=bounced' in line\nprint(n)\n"


def message(i: int, is_refused: bool) -> str:
    head = f"Nov 30 {i // 3600 % 24:02}:{i // 60 % 60:02}:{i % 60:02} mx postfix"
    name, host = f"{0x1000000 + i:X}", f"mx.example{i % 50}.com[198.51.100.{i % 250}]"
    end = (f"dsn=5.1.1, status=bounced (host {host} said: 550 5.1.1 <user{i}@example{i % 50}.com>: Recipient address rejected: User unknown "
           "(in reply to RCPT TO command))") if is_refused else f"dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {name})"
    client = f"unknown[192.0.2.{i % 250}]"
    return (f"{head}/smtpd[21]: connect from {client}\n{head}/smtpd[21]: {name}: client={client}\n"
            f"{head}/cleanup[22]: {name}: message-id=<{i}.20261130@sender.example>\n"
            f"{head}/qmgr[12]: {name}: from=<news-{i % 100}@sender.example>, size=4021, nrcpt=1 (queue active)\n"
            f"{head}/smtp[23]: {name}: to=<user{i}@example{i % 50}.com>, relay={host}:25, delay=0.14, delays=0.04/0.03/0.02/0.04, {end}\n"
            f"{head}/qmgr[12]: {name}: removed\n{head}/smtpd[21]: disconnect from {client} ehlo=1 mail=1 rcpt=1 data=1 quit=1 commands=5\n")


def best(command, runs=3):
    """Processor time, so that a busy machine counts less."""
    times = []
    for _ in range(runs):
        child = subprocess.Popen(["taskset", "-c", "0", *command], stdout=subprocess.DEVNULL)
        _, _, used = os.wait4(child.pid, 0)
        child.returncode = 0  # it has been waited for
        times.append(used.ru_utime + used.ru_stime)
    return max(min(times), 1e-3)


def main():
    program, lines = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 2_000_000
    with tempfile.TemporaryDirectory() as temporary:
        log = pathlib.Path(temporary, "mail.log")
        for title, every in (("one message in twenty refused", 20), ("every message refused", 1)):
            with log.open("w") as file:
                for i in range(lines // 7):
                    file.write(message(i, i % every == 0))
            size, count = log.stat().st_size, lines // 7 * 7
            print(f"{title}: {count} lines, {size / 1e6:.0f} MB")
            for name, command in (
                ("cat", ["cat", log]),
                ("wc -l", ["wc", "-l", log]),
                ("Python, a loop", [sys.executable, "-c", LOOP, log]),
                ("diagnose --summary", [program, "diagnose", "--summary", log]),
                ("diagnose --json", [program, "diagnose", "--json", log]),
            ):
                seconds = best(command)
                print(f"{name:20} {count / seconds:12,.0f} lines/s {size / seconds / 1e6:8,.0f} MB/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
