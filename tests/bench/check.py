#!/usr/bin/env python3
"""What `turnaway check --input` costs, DNS only, against a local authoritative server; prints a Markdown table.

    python3 tests/bench/check.py --program build/release/bin/turnaway [--domains 200000] [--rounds 3] [--memory]

It makes a zone of mixed domains (own mail host, shared mail host, null MX, address only, nothing, not there, dangling), starts NSD
for it on a free port, and lets turnaway, dnsperf and dig ask in turn. dnsperf is given the very questions, so it shows what the
name server and the machine can do when the client does nothing with the answers; dig asks for MX alone, one after the other, as a
shell script would. Programs that are not installed are left out. With --memory also 10,000, 100,000 and 1,000,000 rows.
Needs nsd. Everything is on loopback and ends with it. Not for a busy machine: look at the processor time.
"""
import argparse
import os
import pathlib
import random
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

SHARED_HOSTS = 2000
READY_LIMIT_S = 60
ZONE = "bench.example"
CONFIGURATION = """server:
  ip-address: 127.0.0.1@{port}
  server-count: 1
  database: ""
  zonesdir: "{folder}"
  xfrdfile: ""
  pidfile: ""
  username: ""
  rrl-ratelimit: 0
remote-control:
  control-enable: no
zone:
  name: "{zone}"
  zonefile: "zone"
"""


def records_of(number, pick):
    """The records of domain `number`, and the names that a checker asks for addresses."""
    name, kind = f"d{number}", number % 20
    if kind < 9:
        address = f"198.51.{number // 250 % 250}.{number % 250 + 1}"
        return [f"{name} MX 10 mail.{name}", f"mail.{name} A {address}"], [f"mail.{name}"]
    if kind < 15:
        host = f"mx{pick.randrange(SHARED_HOSTS)}.hosts"
        return [f"{name} MX 10 {host}"], [host]
    if kind == 15:
        return [f"{name} MX 0 ."], []
    if kind == 16:
        return [f"{name} A 198.51.100.7"], [name]
    if kind == 17:
        return [f"{name} TXT nothing"], [name]
    if kind == 18:
        return [f"{name} MX 10 gone.{name}"], [f"gone.{name}"]
    return [], []


def write_zone(folder, count):
    """Zone, names and questions of `count` domains; returns how many questions."""
    pick, asked = random.Random(7504), 0
    with open(folder / "zone", "w") as zone, open(folder / "names", "w") as names, \
            open(folder / "questions", "w") as questions, open(folder / "dig", "w") as dig:
        zone.write(f"$ORIGIN {ZONE}.\n$TTL 3600\n@ SOA ns hostmaster 1 3600 600 86400 300\n@ NS ns\nns A 127.0.0.1\n")
        for host in range(SHARED_HOSTS):
            zone.write(f"mx{host}.hosts A 192.0.2.{host % 250 + 1}\n")
            zone.write(f"mx{host}.hosts AAAA 2001:db8::{host + 1:x}\n" if host % 2 else "")
        known = set()
        for number in range(count):
            lines, hosts = records_of(number, pick)
            zone.write("".join(line + "\n" for line in lines))
            names.write(f"d{number}.{ZONE}\n")
            dig.write(f"d{number}.{ZONE} MX\n")
            questions.write(f"d{number}.{ZONE} MX\n")
            asked += 1
            for host in hosts:
                if host in known:
                    continue
                known.add(host) if host.endswith(".hosts") else None
                questions.write(f"{host}.{ZONE} A\n{host}.{ZONE} AAAA\n")
                asked += 2
    return asked


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def start_server(folder):
    port = free_port()
    (folder / "nsd.conf").write_text(CONFIGURATION.format(port=port, folder=folder, zone=ZONE))
    server = subprocess.Popen(["nsd", "-d", "-c", folder / "nsd.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    question = b"\x52\x46\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x05bench\x07example\x00\x00\x06\x00\x01"
    end = time.monotonic() + READY_LIMIT_S
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
        asker.settimeout(0.1)
        while time.monotonic() < end and server.poll() is None:
            try:
                asker.sendto(question, ("127.0.0.1", port))
                if asker.recv(512)[3] & 0x0F == 0:
                    return server, port
            except OSError:
                time.sleep(0.05)
    sys.exit("nsd does not answer")


def tree_seconds(process):
    """Processor time so far of a process and all below it."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    children = pathlib.Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + sum(map(tree_seconds, children))


class Run:
    """One program's run: wall and processor seconds, its largest memory, the server's processor seconds."""

    def __init__(self, command, server, stdin=None):
        before, began = tree_seconds(server.pid), time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdin=stdin, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE)
        words = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.seconds = time.monotonic() - began
        self.own = usage.ru_utime + usage.ru_stime
        self.memory_mib = usage.ru_maxrss / 1024
        self.server = tree_seconds(server.pid) - before
        if process.returncode not in (0, 1, 2):
            sys.exit(f"{command[0]} ended with {process.returncode}: {words.decode()}")


def check_command(program, port, names, form="--csv"):
    return [program, "check", "--input", names, form, "--resolver", f"127.0.0.1@{port}"]


def row(name, runs, rows, questions):
    middle = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
    best = min(run.seconds for run in runs)
    own = statistics.median(run.own for run in runs) / rows * 1e6
    server = statistics.median(run.server for run in runs) / rows * 1e6
    print(f"| {name} | {rows / middle.seconds:,.0f} | {rows / best:,.0f} | {questions / rows:.2f} | {own:.0f} us | "
          f"{server:.0f} us | {max(run.memory_mib for run in runs):.0f} MiB |", flush=True)


def rates(options, folder, server, port, questions):
    print("| client | rows/s, median | best | queries per row | CPU time per row | CPU time of NSD | memory |")
    print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
    rows, names = options.domains, folder / "names"
    kinds = {"turnaway check --csv": (check_command(options.program, port, names), rows, questions),
             "turnaway check --json": (check_command(options.program, port, names, "--json"), rows, questions)}
    if shutil.which("dnsperf"):
        kinds["dnsperf, the same queries, answers discarded"] = (
            ["dnsperf", "-s", "127.0.0.1", "-p", port, "-d", folder / "questions", "-n", 1, "-q", 500], rows, questions)
    runs = {name: [] for name in kinds}
    for _ in range(options.rounds):
        for name, (command, _, _) in kinds.items():
            runs[name].append(Run(command, server))
    for name, (_, count, asked) in kinds.items():
        row(name, runs[name], count, asked)
    if shutil.which("dig"):
        few = min(rows, 5000)
        some = folder / "some"
        some.write_text("".join((folder / "dig").read_text().splitlines(True)[:few]))
        row("dig -f, MX alone", [Run(["dig", "@127.0.0.1", "-p", port, "+noall", "+answer", "-f", some], server)], few, few)


def memory(options, folder, server, port):
    """The same names again and again: what grows with the rows is the program's, not the cache of DNS."""
    names = (folder / "names").read_text()
    print("\n| rows | memory | rows/s |\n|--:|--:|--:|", flush=True)
    for rows in (10_000, 100_000, 1_000_000):
        many, left = folder / "many", rows
        with open(many, "w") as out:
            while left > 0:
                lines = names.splitlines(True)[:left]
                out.write("".join(lines))
                left -= len(lines)
        run = Run(check_command(options.program, port, many), server)
        print(f"| {rows:,} | {run.memory_mib:.0f} MiB | {rows / run.seconds:,.0f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--program", default="build/release/bin/turnaway")
    parser.add_argument("--domains", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with tempfile.TemporaryDirectory(prefix="turnaway_check_") as name:
        folder = pathlib.Path(name)
        questions = write_zone(folder, options.domains)
        server, port = start_server(folder)
        try:
            rates(options, folder, server, port, questions)
            if options.memory:
                memory(options, folder, server, port)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
