"""The milter part of gate.py: RCPT after RCPT beside a filter of libmilter that does nothing.

The filter is built against Debian's libmilter-dev, in a system of its own (tests/live/root.py); without that it is left out by name.
"""
import pathlib
import shutil
import statistics
import subprocess

import namespace
from root import Root

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE / "nothing_milter.c"
PROGRAM = HERE.parents[1] / "build" / "bench" / "nothing_milter"
LIMIT_S = 120


def build():
    """The filter of libmilter; why there is none, if there is none. Before the network is left."""
    missing = namespace.become_root() or namespace.unavailable()
    if missing or PROGRAM.exists():
        return missing
    PROGRAM.parent.mkdir(parents=True, exist_ok=True)
    try:
        Root("libmilter", ["libmilter-dev"]).install()
        namespace.call("gate_milter_rounds:compile_inside", {}, limit_s=LIMIT_S)
    except namespace.NamespaceError as error:
        return str(error)
    return None


def compile_inside():
    root = Root("libmilter", ["libmilter-dev"])
    root.mount()
    root.write("/root/nothing.c", SOURCE.read_text(encoding="utf-8"))
    root.run("clang-19", "-O2", "-Wall", "-o", "/root/nothing", "/root/nothing.c", "-l:libmilter.a", "-lpthread")
    shutil.copy(root.top / "root/nothing", PROGRAM)


def print_milter(run_round, missing, rounds):
    """`run_round` gives the figures of one round of a server."""
    found = {} if missing else {"libmilter, passes everything": []}
    found["turnaway-gate"] = []
    for _ in range(rounds):
        for name, figures in found.items():
            figures.append(run_round(name))
    print("| milter, 100 connections, one core | RCPT/s | RCPT per CPU second | p50 | p99 |")
    print("|---|--:|--:|--:|--:|")
    for name, figures in found.items():
        rates = [each["per_second"] for each in figures]
        per_cpu, p50, p99 = (statistics.median(each[key] for each in figures) for key in ("per_cpu_second", "p50_us", "p99_us"))
        print(f"| {name} | {statistics.median(rates):,.0f} ({min(rates):,.0f} to {max(rates):,.0f}) | {per_cpu:,.0f} | "
              f"{p50 / 1000:.2f} ms | {p99 / 1000:.2f} ms |")
    print(f"\nlibmilter: left out: {missing}\n" if missing else "", flush=True)
