#!/usr/bin/env python3
"""The bench of turnaway-relay: one command, one table.

    python3 tests/bench/relay.py --program build/release/bin/turnaway-relay

smtp-source (20 sessions, 4 KiB, 1 and 10 recipients a message) -> server -> smtp-sink, on loopback,
with Postfix as an administrator tunes it and turnaway-relay in turn, both with their queue on the
disk of this source tree and both saying 250 only when the message is on it. In the same table the
limits: smtp-source directly to smtp-sink, and how often this disk syncs in a second. Then the
relay alone: its memory with a queue of 100,000 messages, and how long a RCPT takes.

- accepted: until smtp-source has the last 250. end to end: until smtp-sink has the last message.
- Load, servers and sink share all cores, so everything one of them saves is the others' gain.
- Peak memory is VmHWM of the relay; for Postfix, whose processes share much, the sum of PSS when
  the last message has come, which is in its favour.
- What it prints is Markdown for docs/performance.md. --only throughput|queue|verdict runs a part;
  --json FILE keeps every figure of every round.
- NOOP stands beside RCPT because on a machine with other work both wait for a core.

Needs root or sudo, and once the network, to fetch Debian's Postfix (tests/live/root.py). Ends with
status 77 where namespaces are not possible.
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

import namespace  # noqa: E402
import peer  # noqa: E402

SKIPPED = 77
LIMIT_S = 580  # for each part, so that a machine with much other work ends with a word
SERVERS = ["Postfix", "turnaway-relay"]
STRAIGHT = "smtp-source into smtp-sink"
# Key, title, digits, whether more is better.
MEASURES = [("accepted", "messages/s accepted", 0, True),
            ("end to end", "messages/s end to end", 0, True),
            ("cpu", "CPU seconds per 1,000 messages", 3, False),
            ("peak", "peak memory, MiB", 1, False)]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=pathlib.Path, required=True, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--messages", type=int, default=10_000,
                        help="for the relay, each round (it takes 1,000 over one connection)")
    parser.add_argument("--postfix-messages", type=int, default=2_000,
                        help="for Postfix, each round; 0 leaves it out")
    parser.add_argument("--queued", type=int, default=100_000)
    parser.add_argument("--only", choices=["throughput", "queue", "verdict"])
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE")
    return parser.parse_args()


def spread(values, digits):
    """median (least to most)"""
    texts = [f"{value:,.{digits}f}" for value in
             (statistics.median(values), min(values), max(values))]
    return f"{texts[0]} ({texts[1]} to {texts[2]})"


def column(rounds, measure):
    return [figures[measure] for figures in rounds]


def advantage(rounds, measure, is_more_better):
    """How many times better the relay is, by the medians; empty without Postfix."""
    if not rounds[0]:
        return ""
    postfix, relay = (statistics.median(column(each, measure)) for each in rounds)
    return f"**{relay / postfix if is_more_better else postfix / relay:.1f}**"


def print_throughput(figures):
    print("| 20 sessions, 4 KiB | Postfix | turnaway-relay | times better | the limit |")
    print("|---|--:|--:|--:|--:|")
    for recipients in (1, 10):
        straight = column(figures[f"{STRAIGHT}/{recipients}"], "end to end")
        for measure, title, digits, is_more_better in MEASURES:
            rounds = [figures.get(f"{server}/{recipients}", []) for server in SERVERS]
            cells = [spread(column(each, measure), digits) if each else "-" for each in rounds]
            limit = spread(straight, 0) if measure == "end to end" else ""
            label = f"{recipients} recipient{'s' if recipients > 1 else ''}: {title}"
            print(f"| {label} | {cells[0]} | {cells[1]} | "
                  f"{advantage(rounds, measure, is_more_better)} | {limit} |")
    syncs = spread(column(figures["disk"], "syncs"), 0)
    print(f"| this disk: 4 KiB and fdatasync, one by one, /s | | | | {syncs} |")
    print("\nThe limit is smtp-source directly to smtp-sink.\n")


def print_queue(figures, messages):
    print(f"| {messages:,} messages for a host that refuses connections | figure | aim |")
    print("|---|--:|---|")
    print(f"| resident memory, all accepted and tried | {figures['resident']:.1f} MiB | under 64 |")
    print(f"| peak until then | {figures['peak']:.1f} MiB | |")
    print(f"| resident memory after a restart | {figures['restarted']:.1f} MiB | under 64 |")
    print(f"| from the start of the program until it accepts connections | {figures['start']:.2f} s | |\n")


def print_verdicts(figures):
    print("| round trip, route cached | RCPT p50 | RCPT p99 | NOOP p50 | NOOP p99 |")
    print("|---|--:|--:|--:|--:|")
    for state, by_command in figures.items():
        cells = [by_command[name][cut] for name in ("RCPT", "NOOP") for cut in ("p50", "p99")]
        print(f"| {state} | " + " | ".join(f"{cell:.3f} ms" for cell in cells) + " |")


def main():
    wanted = arguments()
    missing = namespace.become_root() or namespace.unavailable()
    if missing:
        print(f"relay bench: {missing}", file=sys.stderr)
        return SKIPPED
    peer.make("postfix").root.install()
    common = {"folder": str(HERE.parents[1] / "build" / "bench" / "relay-disk"),
              "program": str(wanted.program.resolve())}
    print(f"{datetime.date.today()}, {os.cpu_count()} cores, Linux {platform.release()}, load average "
          f"before it began {os.getloadavg()[0]:.1f}; median of {wanted.rounds} rounds (least to most)\n",
          flush=True)

    def measure(name, **options):
        return namespace.call(f"relay_rounds:{name}", common | options, limit_s=LIMIT_S)

    kept = {}
    if wanted.only in (None, "throughput"):
        kept["throughput"] = measure(
            "throughput", rounds=wanted.rounds, messages=wanted.messages,
            postfix_messages=wanted.postfix_messages)
        print_throughput(kept["throughput"])
    if wanted.only in (None, "queue"):
        kept["queue"] = measure("full_queue", messages=wanted.queued)
        print_queue(kept["queue"], wanted.queued)
    if wanted.only in (None, "verdict"):
        kept["verdict"] = measure("verdicts", messages=wanted.messages)
        print_verdicts(kept["verdict"])
    if wanted.json:
        wanted.json.write_text(json.dumps(kept, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
