#!/usr/bin/env python3
"""The bench of a queue in PostgreSQL: one command, one table.

    python3 tests/bench/cluster.py --program build/release/bin/turnaway-relay

smtp-source (20 sessions, 4 KiB, one recipient) -> server -> smtp-sink, on loopback: Postfix as an administrator tunes it, and the
relay with its queue on disk, in PostgreSQL, and in PostgreSQL with a synchronous standby. `fsync` and `synchronous_commit` are on;
the database, its standby and the load share the cores with the server. Then one message at a time, every few milliseconds.

- Everything is made anew for each round, and the rounds alternate, so that the ratios hold on a machine with other work.
- database CPU: all processes of PostgreSQL, those of the standby too. WAL: octets that the primary wrote to its log, and how often
  it synced it.
- `--flat MINUTES` instead: one relay with its queue in PostgreSQL under constant load, while a session keeps an old snapshot; whether
  speed, CPU and size stay what they were (cluster_flat.py).
- What it prints is Markdown for docs/performance.md. --json FILE keeps every figure of every round.

Needs what tests/bench/relay.py needs, and Debian's package postgresql. Ends with status 77 where they are not.
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import statistics
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "live"))
os.environ["PYTHONPATH"] = str(HERE)  # for the process inside the namespace

import cluster_flat  # noqa: E402
import namespace  # noqa: E402
import peer  # noqa: E402
import postgres_servers  # noqa: E402
from relay import LIMIT_S, SKIPPED, column, spread  # noqa: E402

QUEUES = ["Postfix", "SQLite", "PostgreSQL", "PostgreSQL and standby"]
# Key, title, digits.
MEASURES = [("accepted", "messages/s accepted", 0),
            ("end to end", "messages/s end to end", 0),
            ("cpu", "CPU seconds per 1,000 messages, server", 3),
            ("database cpu", "CPU seconds per 1,000 messages, database", 3),
            ("wal", "octets of WAL per message", 0),
            ("syncs", "syncs of the WAL per message", 3)]
# Of end to end: messages/s, and how many times Postfix; the easier of both is the aim.
AIMS = {"PostgreSQL": (6000, 6.0), "PostgreSQL and standby": (4500, 4.5)}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, required=True, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=10_000,
                        help="for the relay, each round (it takes 1,000 over one connection)")
    parser.add_argument("--postfix-messages", type=int, default=2_000, help="for Postfix, each round")
    parser.add_argument("--queue", action="append", choices=QUEUES, help="only this one; may be repeated")
    parser.add_argument("--flat", type=int, metavar="MINUTES", help="only whether it keeps its speed")
    parser.add_argument("--only", choices=["throughput", "light"])
    parser.add_argument("--in-memory", action="store_true", help="all queues on a tmpfs: CPU without the disk")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    return parser.parse_args()


def print_throughput(figures):
    print("| 20 sessions, 4 KiB, one recipient | " + " | ".join(figures) + " |")
    print("|---|" + "--:|" * len(figures))
    for measure, title, digits in MEASURES:
        cells = [spread(column(rounds, measure), digits) if any(column(rounds, measure)) else "-" for rounds in figures.values()]
        print(f"| {title} | " + " | ".join(cells) + " |")
    if "Postfix" not in figures:
        return print()
    speeds = {queue: statistics.median(column(rounds, "end to end")) for queue, rounds in figures.items()}
    print("| times Postfix, end to end | " + " | ".join(f"{speed / speeds['Postfix']:.1f}" for speed in speeds.values()) + " |")
    print("| aim | " + " | ".join(aim(queue, speeds) for queue in figures) + " |\n")


def aim(queue, speeds):
    if queue not in AIMS:
        return ""
    absolute, times = AIMS[queue]
    is_reached = speeds[queue] >= min(absolute, times * speeds["Postfix"])
    return f"{absolute:,} or {times:g} times: {'reached' if is_reached else '**not reached**'}"


def print_light(figures):
    print("| one message at a time, 200 a second at most | p50 until its 250 | p99 | CPU seconds per 1,000, server and database |")
    print("|---|--:|--:|--:|")
    for queue, measured in figures.items():
        print(f"| {queue} | {measured['p50']:.2f} ms | {measured['p99']:.2f} ms | {measured['cpu']:.3f} |")


def main():
    wanted = arguments()
    missing = namespace.become_root() or namespace.unavailable()
    if not missing and not postgres_servers.is_installed():
        missing = "PostgreSQL is not installed (Debian: postgresql)"
    if missing:
        print(f"cluster bench: {missing}", file=sys.stderr)
        return SKIPPED
    peer.make("postfix").root.install()
    place = {"folder": str(HERE.parents[1] / "build" / "bench" / "cluster-disk"), "program": str(wanted.program.resolve()),
             "is_in_memory": wanted.in_memory}
    common = place | {"queues": wanted.queue or QUEUES}
    print(f"{datetime.date.today()}, {os.cpu_count()} cores, Linux {platform.release()}, load average before it began "
          f"{os.getloadavg()[0]:.1f}" + ("" if wanted.flat else f"; median of {wanted.rounds} rounds (least to most)") + "\n", flush=True)
    kept = {}
    if wanted.flat:
        kept["flat"] = namespace.call("cluster_flat:flat", place | {"minutes": wanted.flat}, limit_s=60 * wanted.flat + LIMIT_S)
        cluster_flat.print_relation(kept["flat"])
    elif wanted.only != "light":
        kept["throughput"] = namespace.call(
            "cluster_rounds:throughput",
            common | {"rounds": wanted.rounds, "messages": wanted.messages, "postfix_messages": wanted.postfix_messages},
            limit_s=LIMIT_S)
        print_throughput(kept["throughput"])
    if not wanted.flat and wanted.only != "throughput":
        kept["light"] = namespace.call("cluster_rounds:light", common, limit_s=LIMIT_S)
        print_light(kept["light"])
    if wanted.json:
        wanted.json.write_text(json.dumps(kept, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
