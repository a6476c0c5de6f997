#!/usr/bin/env python3
"""What turnaway-gate costs: policy answers beside a server that always says DUNNO, milter answers beside a filter of libmilter that
does nothing, idle connections, and a whole Postfix with and without it. One command, one table.

    tests/bench/gate.py --bin build/release/bin [--rounds 3] [--quick] [--only policy,milter,idle,postfix]

Each server has one core, the load another one. 100 clients each ask as soon as they have their answer; every route is cached. Latency
is measured at a fixed rate, from the time at which a question was due, so that a slow answer counts for all that wait behind it; the
last column shows how late the load itself was. The servers take turns, so that a busy machine slows both. Postfix and smtp-source are Debian's, in a namespace of their own, which needs
root and once the network (tests/live/root.py); without that the part is left out by name.
"""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "live")]
os.environ["PYTHONPATH"] = str(HERE)  # for the process inside the namespace

import gate_milter_rounds  # noqa: E402
import namespace  # noqa: E402
import peer  # noqa: E402
from servers import enter_fresh_network, free_port  # noqa: E402

DOMAINS = 100
IDLE = 10_000
RATE = 30_000
LIMIT_S = 580
SKIPPED = 77


def gate_config(port, folder, protocol="policy"):
    # Both families: an absent address has no SOA here, so that it would not be cached.
    data = ["sender.example. 3600 IN MX 10 mx.sender.example.", "mx.sender.example. 3600 IN A 192.0.2.1",
            "mx.sender.example. 3600 IN AAAA 2001:db8::1"]
    for number in range(DOMAINS):
        data += [f"d{number}.example. 3600 IN MX 10 mx.sender.example."]
    config = pathlib.Path(folder, "gate.conf")
    places = "" if protocol == "policy" else "policy = []\n"
    config.write_text(f'hostname = "gate.example"\nthreads = 1\n[listen]\n{places}{protocol} = ["127.0.0.1:{port}"]\n'
                      f"[dns]\nlocal_data = {json.dumps(data)}\n[control]\nsocket = \"\"\n", encoding="utf-8")
    return config


class Server:
    """A server on the first core."""

    def __init__(self, name, bin_folder, folder, protocol="policy"):
        self.port = free_port()
        command = {"turnaway-gate": [bin_folder / "turnaway-gate", "--config", gate_config(self.port, folder, protocol)],
                   "libmilter, passes everything": [gate_milter_rounds.PROGRAM, f"inet:{self.port}@127.0.0.1"],
                   "always DUNNO": [bin_folder / "bench_dunno_server", "127.0.0.1", str(self.port)]}[name]
        self.log = open(pathlib.Path(folder, "log"), "wb")
        cores = ["taskset", "-c", "0"] if (os.cpu_count() or 1) > 1 else []
        self.process = subprocess.Popen([*cores, *command], stderr=self.log, stdin=subprocess.DEVNULL)

    def __enter__(self):
        end = time.monotonic() + 30
        while subprocess.run(["ss", "-Hltn", f"sport = :{self.port}"], capture_output=True, check=True).stdout == b"":
            if time.monotonic() > end or self.process.poll() is not None:
                raise SystemExit(f"the server did not start: {pathlib.Path(self.log.name).read_text()}")
            time.sleep(0.02)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()

    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load(bin_folder, port, *options):
    cores = ["taskset", "-c", "1"] if (os.cpu_count() or 1) > 1 else []
    return [*cores, bin_folder / "bench_policy_load", "127.0.0.1", str(port), *map(str, options)]


def one_round(name, bin_folder, seconds, protocol="policy", rate=0):
    with tempfile.TemporaryDirectory() as folder, Server(name, bin_folder, folder, protocol) as server:
        ask = ["--milter", int(protocol == "milter"), "--connections", 100, "--domains", DOMAINS, "--seconds"]
        subprocess.run(load(bin_folder, server.port, *ask, 1), check=True, capture_output=True)  # the cache
        before = server.cpu_seconds()
        told = subprocess.run(load(bin_folder, server.port, *ask, seconds, "--rate", rate), check=True, capture_output=True, text=True)
        figures = json.loads(told.stdout)
        figures["per_cpu_second"] = figures["answers"] / (server.cpu_seconds() - before)
    if list(figures["actions"]) != [{"policy": "action=DUNNO", "milter": "c"}[protocol]]:
        raise SystemExit(f"{name} did not pass everything: {figures}")
    return figures


def print_policy(bin_folder, rounds, seconds):
    found = {"always DUNNO": [], "turnaway-gate": []}
    for _ in range(rounds):
        for name, figures in found.items():
            figures.append(one_round(name, bin_folder, seconds))
    rates = {name: statistics.median(each["per_second"] for each in figures) for name, figures in found.items()}
    per_cpu = {name: statistics.median(each["per_cpu_second"] for each in figures) for name, figures in found.items()}
    print("| policy, 100 connections, one core | answers/s | answers per CPU second | p50 | p99 |")
    print("|---|--:|--:|--:|--:|")
    for name, figures in found.items():
        least, most = (choose(each["per_second"] for each in figures) for choose in (min, max))
        p50, p99 = (statistics.median(each[key] for each in figures) / 1000 for key in ("p50_us", "p99_us"))
        print(f"| {name} | {rates[name]:,.0f} ({least:,.0f} to {most:,.0f}) | {per_cpu[name]:,.0f} | {p50:.2f} ms | {p99:.2f} ms |")
    ratios = [figures["always DUNNO"] / figures["turnaway-gate"] for figures in (rates, per_cpu)]
    print(f"| ratio | {ratios[0]:.2f} | {ratios[1]:.2f} | | |\n", flush=True)


def print_latency(bin_folder, rounds, seconds):
    found = {"always DUNNO": [], "turnaway-gate": []}
    for _ in range(rounds):
        for name, figures in found.items():
            figures.append(one_round(name, bin_folder, seconds, rate=RATE))
    print(f"| policy, {RATE:,} questions/s, 100 connections, one core | answers/s | p50 | p99 (least to most) | p99 of the load's own delay |")
    print("|---|--:|--:|--:|--:|")
    for name, figures in found.items():
        def middle(key):
            return statistics.median(each[key] for each in figures)
        p99 = [each["p99_us"] / 1000 for each in figures]
        print(f"| {name} | {middle('per_second'):,.0f} | {middle('p50_us') / 1000:.2f} ms | {statistics.median(p99):.2f} ms "
              f"({min(p99):.2f} to {max(p99):.2f}) | {middle('late_p99_us') / 1000:.2f} ms |", flush=True)
    print()


def print_idle(bin_folder):
    with tempfile.TemporaryDirectory() as folder, Server("turnaway-gate", bin_folder, folder) as server:
        before = server.resident_mib()
        with subprocess.Popen(load(bin_folder, server.port, "--idle", IDLE), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as crowd:
            crowd.stdout.readline()
            time.sleep(1)
            during = server.resident_mib()
    print(f"| {IDLE:,} idle connections | resident memory |\n|---|--:|\n| none | {before:.1f} MiB |\n| {IDLE:,} | {during:.1f} MiB |\n", flush=True)


def print_postfix(bin_folder, rounds, messages):
    missing = namespace.become_root() or namespace.unavailable()
    if missing:
        print(f"Postfix: left out: {missing}")
        return
    peer.make("postfix").root.install()
    folder = HERE.parents[1] / "build" / "bench" / "gate-disk"
    figures = namespace.call("gate_rounds:postfix", {"folder": str(folder), "program": str((bin_folder / "turnaway-gate").resolve()),
                                                     "rounds": rounds, "messages": messages}, limit_s=LIMIT_S)
    print(f"| whole Postfix, smtp-source, {messages:,} messages | messages/s accepted |\n|---|--:|")
    medians = {name: statistics.median(values) for name, values in figures.items()}
    for name, values in figures.items():
        print(f"| {name} the gate | {medians[name]:,.0f} ({min(values):,.0f} to {max(values):,.0f}) |")
    print(f"| cost | {100 * (1 - medians['with'] / medians['without']):.1f} % |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True, metavar="FOLDER")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--quick", action="store_true", help="only that it works")
    parser.add_argument("--only", default="policy,milter,idle,postfix")
    wanted = parser.parse_args()
    parts = wanted.only.split(",")
    print(f"{os.cpu_count()} cores, Linux {platform.release()}, load average before it began {os.getloadavg()[0]:.1f}; "
          f"median of {wanted.rounds} rounds (least to most)\n", flush=True)
    if "postfix" in parts and not wanted.quick:
        print_postfix(wanted.bin, wanted.rounds, wanted.messages)
    without_libmilter = gate_milter_rounds.build() if "milter" in parts else None
    if not enter_fresh_network():
        print("left out: no namespace of its own")
        return SKIPPED
    if "policy" in parts:
        for print_part in print_policy, print_latency:
            print_part(wanted.bin, 1 if wanted.quick else wanted.rounds, 1 if wanted.quick else 5)
    if "milter" in parts:
        seconds = 1 if wanted.quick else 5
        gate_milter_rounds.print_milter(lambda name: one_round(name, wanted.bin, seconds, "milter"), without_libmilter,
                                 1 if wanted.quick else wanted.rounds)
    if "idle" in parts:
        print_idle(wanted.bin)
    return 0


if __name__ == "__main__":
    sys.exit(main())
