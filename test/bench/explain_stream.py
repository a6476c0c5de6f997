#!/usr/bin/env python3
"""Measures `turnaway explain`: a call as a process, and streams of reply lines.

Usage: explain_stream.py TURNAWAY [LINES]
Prints one table. Streams are LINES (2,000,000 unless told) lines made of several hundred different
replies with changing hosts, addresses and identifiers, read from a file; the output goes to
/dev/null. CPU seconds are those of the process itself, so the figure is for one core.
"""
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time

TEXTS = [
    ("550 5.1.1", "<{address}>: Recipient address rejected: User unknown in virtual mailbox table"),
    ("550 5.1.1", "The mailbox {address} does not exist here, check for typing errors - {id}"),
    ("550 5.1.10", "RESOLVER.ADR.RecipientNotFound; {address} not found by SMTP address lookup"),
    ("550 5.7.1", "Service unavailable; Client host [{ip}] blocked using {host}; see {id}"),
    ("550 5.7.1", "{id} Message rejected as spam by the content filter of {host}"),
    ("550 5.7.26", "Unauthenticated email from {host} is not accepted due to DMARC policy"),
    ("421 4.7.0", "[{ip}] Messages temporarily deferred due to user complaints - {id}"),
    ("421 4.3.2", "{host} Service not available, closing transmission channel"),
    ("450 4.2.0", "<{address}>: Greylisted, try again in {number} seconds"),
    ("451 4.7.1", "Greylisting in action, please come back in {number} seconds ({id})"),
    ("452 4.2.2", "The email account {address} is over quota, {number} messages wait"),
    ("452 4.5.3", "Too many recipients in one transaction, limit is {number}"),
    ("552 5.2.2", "<{address}> mailbox is full (quota {number} MB)"),
    ("552 5.3.4", "Message size {number} exceeds fixed maximum message size of {host}"),
    ("554 5.7.1", "<{address}>: Relay access denied for {ip}"),
    ("521 5.3.2", "{host} does not accept mail"),
    ("556 5.1.10", "<{address}>: Domain {host} does not accept mail (nullMX)"),
    ("550", "No such user here: {address} ({id})"),
    ("554", "{host} ESMTP not accepting messages from {ip}, see your postmaster"),
    ("250 2.0.0", "Ok: queued as {id}"),
    ("250 2.1.5", "{address} recipient ok"),
    ("503 5.5.1", "Error: need MAIL command before {id}"),
    ("530 5.7.0", "Must issue a STARTTLS command first, {host} - {id}"),
    ("450 4.1.8", "<{address}>: Sender address rejected: Domain not found"),
    ("550 5.7.23", "SPF validation failed for {address} from {ip}"),
]
FORMS = [
    "{code} {text}",
    "{code}\t{text}",
    "smtp; {code} {text}",
    "Diagnostic-Code: smtp; {code} {text}",
    "host {host}[{ip}] said: {code} {text} (in reply to RCPT TO command)",
    "{time} mx postfix/smtp[{number}]: {id}: to=<{address}>, relay={host}[{ip}]:25, delay=1.2, "
    "delays=0.1/0/0.9/0.2, dsn=5.0.0, status=bounced (host {host}[{ip}] said: {code} {text})",
    "> {code} {text}",
    "{code}: {text}",
]


def line(rng: random.Random, form: str, code: str, text: str) -> str:
    number = rng.randrange(100, 99999)
    values = {
        "address": f"user{number}@example{number % 97}.org",
        "host": f"mx{number % 13}.mail{number % 541}.example.net",
        "ip": f"192.0.2.{number % 254 + 1}",
        "id": f"{rng.getrandbits(40):010X}",
        "number": number,
        "time": f"Nov 23 07:{number % 60:02}:{number % 59:02}",
    }
    return form.format(code=code, text=text.format(**values), **values)


def write_lines(path: str, count: int) -> None:
    rng = random.Random(7504)
    block = [line(rng, form, *reply) for reply in TEXTS for form in FORMS for _ in range(250)]
    rng.shuffle(block)
    with open(path, "w", encoding="utf-8") as file:
        for begin in range(0, count, len(block)):
            file.write("\n".join(block[: min(len(block), count - begin)]) + "\n")


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def one_call(program: str) -> tuple[float, float]:
    times = []
    for _ in range(50):
        begin = time.perf_counter()
        call = [program, "explain", "550 5.1.10 User unknown"]
        subprocess.run(call, stdout=subprocess.DEVNULL, check=True)
        times.append((time.perf_counter() - begin) * 1000)
    return statistics.median(times), max(times)


def stream(program: str, path: str, *options: str) -> tuple[float, float]:
    before, begin = cpu_seconds(), time.perf_counter()
    with open(path, "rb") as source:
        call = [program, "explain", *options, "-"]
        subprocess.run(call, stdin=source, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - begin, cpu_seconds() - before


def main() -> int:
    program = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 2_000_000
    median, worst = one_call(program)
    print(f"one call, 50 runs:  median {median:.2f} ms, worst {worst:.2f} ms")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "lines")
        write_lines(path, count)
        size = os.path.getsize(path)
        print(f"stream: {count:,} lines, {size / count:.0f} bytes each on average")
        print(f"{'form':<6} {'wall s':>8} {'CPU s':>8} {'lines per CPU second':>22}")
        for name, options in (("line", ()), ("json", ("--json",))):
            wall, cpu = stream(program, path, *options)
            print(f"{name:<6} {wall:>8.2f} {cpu:>8.2f} {count / cpu:>22,.0f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
