#!/usr/bin/env python3
"""The bench of turnaway-refuse: one command, one table.

    python3 tests/bench/refuse.py --bin build/release/bin [--quick] [--json FILE]

Sets turnaway-refuse (sandbox, JSON log into a pipe that is read, metrics) beside a bare epoll loop
that holds the same dialogue (bare_loop.cc) and beside nginx's stream module with "return". All in
one run, in turns, each server fresh each round; figures are medians of the
rounds, ratios are medians of the ratios within a round.

- "auto": what most senders say to the default stage, EHLO, MAIL, RCPT (which gets the 521) and
  QUIT, each after the reply to the one before. "greeting": stage greeting; the client reads the
  521, sends QUIT, reads the 221, waits for the close. nginx takes part in neither: it answers
  nothing. "no QUIT": stage greeting; the client closes after the 521. Memory and newcomers are
  measured with the default stage.
- Each client has a source address of its own, and each measurement a network namespace of its own
  when run as root, so sockets in TIME_WAIT and limits per address do not count.
- Server on the second core, clients on the first. connections/s is then what one core of clients
  asks for: they work harder than any of these servers. CPU per 1,000 is what compares servers; how
  it is taken and what it includes stands in process_cost.py: read it before comparing with nginx.
- "waited for its core" is the noise: other programs ran where the server wanted to. Above some
  percent the CPU figures are too high for all and the latencies say nothing: run it again.
- The last rows have two workers on both cores, shared with the clients.
- "used" is after 20,000 clients one after another, which fill what a server remembers of clients;
  "held" is with 10,000 idle clients after that; "crowded" is these and 1,000 that send a byte a
  second. Own bytes per connection are the growth from "used" to "held".

--profile NAME instead records where the CPU time of one server goes (needs perf).
"""

import argparse
import datetime
import json
import os
import pathlib
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import process_cost
import servers

CLIENT_CORES, SERVER_CORES, ALL_CORES = {0}, {1}, {0, 1}
# Where each kind of client begins: no address twice with one server, which may remember them.
SOURCE_ADDRESSES = {"warm-up": 0, "run": 100_000, "used": 500_000, "alone": 1_000_000,
                    "crowded": 2_000_000, "held": 3_000_000, "slow": 4_000_000}


AFTER_GREETING, QUIT, TRANSACTION = 0, 1, 2  # --dialogue of bench_load
SKIPPED = 77  # the exit code that CTest takes for "skipped"


class Bench:
    """How much to do, and every figure: figures[server name][measure] = [one per round]."""

    def __init__(self, arguments):
        self.programs = arguments.bin
        self.rounds = 1 if arguments.quick else arguments.rounds
        self.connections = 500 if arguments.quick else 50_000
        self.held = 200 if arguments.quick else 10_000
        self.slow = 20 if arguments.quick else 1_000
        self.newcomers = 100 if arguments.quick else 4_000
        self.settle_seconds = 0.05 if arguments.quick else 0.3
        self.figures = {}
        self.own_network = True
        self.failures = []

    def note(self, server, measure, value):
        self.figures.setdefault(server.name, {}).setdefault(measure, []).append(value)

    def load(self, mode, server, sources, cores=None, **options):
        words = [self.programs / "bench_load", mode, f"127.0.0.1:{server.port}",
                 "--first-source", SOURCE_ADDRESSES[sources], "--greeting", server.greeting]
        for name, number in options.items():
            words += ["--" + name, number]
        client = servers.spawn_pinned(cores or CLIENT_CORES, words, stdin=subprocess.PIPE,
                                      stdout=subprocess.PIPE, text=True)
        return client

    def finished(self, client, server):
        """The client's figures; also the place where a wrong answer is noticed."""
        result = json.loads(client.communicate()[0].splitlines()[-1])
        server.greeted += result["greeted"]
        wrong = [f"{count} {name}" for name in ("wrong", "cut_off", "unfinished", "lost")
                 if (count := result.get(name, 0))]
        if wrong:
            self.failures.append(f"{server.name}: {', '.join(wrong)}")
        return result

    def measure_throughput(self, server, measure, dialogue, cores=None):
        self.finished(self.load("run", server, "warm-up", cores, dialogue=dialogue,
                                total=self.connections // 25), server)
        time.sleep(self.settle_seconds)
        before = process_cost.cpu_ns(server.process_ids())
        result = self.finished(self.load("run", server, "run", cores, total=self.connections,
                                         concurrency=64, dialogue=dialogue), server)
        time.sleep(self.settle_seconds)  # the last closes
        after = process_cost.cpu_ns(server.process_ids())
        cpu_ms, waited_ms = ((now - then) / 1e6 for now, then in zip(after, before))
        self.note(server, measure + " rate", result["greeted"] / result["seconds"])
        self.note(server, measure + " p50", result["p50_us"])
        self.note(server, measure + " p99", result["p99_us"])
        self.note(server, measure + " cpu", cpu_ms / self.connections * 1000)
        both_ms = cpu_ms + result["client_cpu_seconds"] * 1000
        self.note(server, measure + " cpu of both", both_ms / self.connections * 1000)
        self.note(server, measure + " waited", waited_ms / cpu_ms * 100)
        self.note(server, measure + " user share", process_cost.user_share(server.process_ids()))

    def measure_crowd(self, server):
        idle = process_cost.memory_kib(server.process_ids())
        self.note(server, "idle rss", idle["rss"])
        self.probe(server, "alone")
        self.finished(self.load("run", server, "used", total=self.held * 2), server)
        time.sleep(self.settle_seconds)
        used = process_cost.memory_kib(server.process_ids())
        self.note(server, "used rss", used["rss"])
        held = self.gather(server, "held", idle=self.held)
        full = process_cost.memory_kib(server.process_ids())
        self.note(server, "held rss", full["rss"])
        self.note(server, "held own", full["own"])
        self.note(server, "held bytes each", (full["own"] - used["own"]) * 1024 / self.held)
        slow = self.gather(server, "slow", slow=self.slow)
        self.probe(server, "crowded")
        for crowd in (slow, held):
            self.finished(crowd, server)

    def gather(self, server, sources, **options):
        crowd = self.load("crowd", server, sources, **options)
        if crowd.stdout.readline() != "ready\n":
            raise SystemExit(f"{server.name} did not greet {options} clients that stay")
        time.sleep(self.settle_seconds)
        return crowd

    def probe(self, server, measure):
        result = self.finished(self.load("probe", server, measure, total=self.newcomers, rate=1000),
                               server)
        for quantile in ("p50", "p99", "max"):
            self.note(server, f"{measure} {quantile}", result[quantile + "_us"])

    def count_system_calls(self, server):
        connections = min(self.connections, 2_000)
        with process_cost.SyscallCount(server.process_ids()) as count:
            self.finished(self.load("run", server, "run", total=connections, concurrency=64,
                                    dialogue=longest_dialogue(server)), server)
        if count.calls:
            self.note(server, "system calls",
                      {name: calls / connections for name, calls in count.calls.items()
                       if calls > connections // 50})

    def in_turns(self, what, makers, measure, rounds=None):
        for round_ in range(rounds or self.rounds):
            turn = round_ % len(makers)
            for make in makers[turn:] + makers[:turn]:
                self.own_network = servers.enter_fresh_network() and self.own_network
                server = make()
                with server:
                    measure(server)
                    self.compare_counters(server)
                if isinstance(server, servers.TurnawayRefuse):
                    self.note(server, what + " log lines", server.log_lines)

    def compare_counters(self, server):
        """What it counted must be what was there: a server that loses count is not compared."""
        if not isinstance(server, servers.TurnawayRefuse):
            return
        counted = sum(value for name, value in server.counters().items()
                      if name.startswith("turnaway_refuse_connections_total"))
        if counted != server.greeted:
            self.failures.append(f"{server.name} counted {counted:.0f} connections, "
                                 f"its clients {server.greeted}")

    def run(self, makers):
        def to_the_refusal(server):
            self.measure_throughput(server, "auto", TRANSACTION)

        def without_quit(server):
            self.measure_throughput(server, "no QUIT", AFTER_GREETING)

        def with_quit(server):
            self.measure_throughput(server, "greeting", QUIT)

        def with_two_workers(server):
            self.measure_throughput(server, "two workers", TRANSACTION, ALL_CORES)

        few = min(self.rounds, 3)
        self.in_turns("auto", makers["auto"], to_the_refusal)
        self.in_turns("greeting", makers["answering QUIT"], with_quit)
        self.in_turns("no QUIT", makers["all"], without_quit)
        self.in_turns("held", makers["holding"], self.measure_crowd, few)
        self.in_turns("two workers", makers["two workers"], with_two_workers, few)
        if shutil.which("strace"):
            self.in_turns("system calls", makers["auto"], self.count_system_calls, 1)


def longest_dialogue(server):
    if server.greeting == 220:
        return TRANSACTION
    return QUIT if server.answers_quit else AFTER_GREETING


def middle(figures, server, measure):
    values = figures.get(server, {}).get(measure)
    return statistics.median(values) if values else None


def ratio(figures, server, other, measure):
    pairs = zip(figures.get(server, {}).get(measure, []), figures.get(other, {}).get(measure, []))
    ratios = [one / two for one, two in pairs]
    return statistics.median(ratios) if ratios else None


def table_rows(bench):
    """[what, unit, format, how to get it for a server]: the table's one truth."""
    figures, base, peer = bench.figures, servers.BareLoop.name, servers.Nginx.name

    def plain(measure):
        return lambda server: middle(figures, server, measure)

    def against(other, measure):
        return lambda server: ratio(figures, server, other, measure)

    def calls(server):
        counted = figures.get(server, {}).get("system calls")
        return sum(counted[0].values()) if counted else None

    def logged(server):
        lines = middle(figures, server, "auto log lines")
        return lines / bench.connections * 1000 if lines else None

    rows = []
    for name in ("auto", "greeting", "no QUIT"):
        rows += [[f"{name}: connections/s", "{:,.0f}", plain(name + " rate")],
                 [f"{name}: greeting p50, us", "{:,.0f}", plain(name + " p50")],
                 [f"{name}: greeting p99, us", "{:,.0f}", plain(name + " p99")],
                 [f"{name}: CPU ms per 1,000", "{:.2f}", plain(name + " cpu")],
                 [f"{name}: CPU against the bare loop", "{:.3f}", against(base, name + " cpu")],
                 [f"{name}: with the client's, ms per 1,000", "{:.2f}",
                  plain(name + " cpu of both")],
                 [f"{name}: with the client's, against bare", "{:.3f}",
                  against(base, name + " cpu of both")],
                 [f"{name}: waited for its core, % of CPU", "{:.1f}", plain(name + " waited")]]
        if name == "auto":
            rows.append(["auto: log lines per 1,000", "{:,.0f}", logged])
    rows += [["no QUIT: CPU against nginx", "{:.3f}", against(peer, "no QUIT cpu")],
             ["no QUIT: with the client's, against nginx", "{:.3f}",
              against(peer, "no QUIT cpu of both")],
             ["auto: system calls per connection", "{:.2f}", calls],
             ["idle: RSS, KiB", "{:,.0f}", plain("idle rss")],
             ["used: RSS, KiB", "{:,.0f}", plain("used rss")],
             ["held: RSS, KiB", "{:,.0f}", plain("held rss")],
             ["held: of it anonymous, KiB", "{:,.0f}", plain("held own")],
             ["held: own bytes per connection", "{:,.0f}", plain("held bytes each")]]
    for name in ("alone", "crowded"):
        rows += [[f"{name}: newcomer p50, us", "{:,.0f}", plain(name + " p50")],
                 [f"{name}: newcomer p99, us", "{:,.0f}", plain(name + " p99")]]
    rows += [["two workers: connections/s", "{:,.0f}", plain("two workers rate")],
             ["two workers: CPU ms per 1,000", "{:.2f}", plain("two workers cpu")],
             ["two workers: CPU against the bare loop", "{:.3f}",
              against(base, "two workers cpu")]]
    return rows


def print_table(bench):
    names = list(bench.figures)
    widths = [41] + [max(16, len(name)) for name in names]
    lines = [["measure", *names], ["-" * width for width in widths]]
    for what, form, get in table_rows(bench):
        cells = [get(name) for name in names]
        if any(cell is not None for cell in cells):
            lines.append([what] + ["-" if cell is None else form.format(cell) for cell in cells])
    for line in lines:
        cells = [line[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]
        print("| " + " | ".join(cells) + " |")
    for name in names:
        for counted in bench.figures[name].get("system calls", []):
            ordered = sorted(counted.items(), key=lambda item: -item[1])
            print(f"\n{name}: " + ", ".join(f"{call} {times:.2f}" for call, times in ordered))


def describe_machine(programs):
    cpuinfo = pathlib.Path("/proc/cpuinfo").read_text()
    model = next((line.partition(": ")[2] for line in cpuinfo.splitlines()
                  if line.startswith("model name")), platform.machine())
    commit = ""
    if shutil.which("git"):
        commit = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True,
                                text=True, cwd=pathlib.Path(__file__).parent).stdout.strip()
    return {"date": datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "commit": commit or "unknown", "cpu": f"{os.cpu_count()} x {model}",
            "kernel": f"{platform.system()} {platform.release()}",
            "load average before": os.getloadavg()[0], "programs": str(programs)}


def profile(bench, make, report_lines=60):
    """Where one server's CPU time goes, by perf's software clock: many virtual machines have no
    other."""
    servers.enter_fresh_network()
    with tempfile.TemporaryDirectory() as folder, make() as server:
        data = pathlib.Path(folder) / "perf.data"
        pids = ",".join(str(pid) for pid in server.process_ids())
        recorder = subprocess.Popen(["perf", "record", "-q", "-e", "cpu-clock", "-F", "4000", "-g",
                                     "-o", data, "-p", pids], stderr=subprocess.DEVNULL)
        time.sleep(0.5)
        bench.measure_throughput(server, "auto", longest_dialogue(server))
        recorder.terminate()
        recorder.wait()
        for heading, option in (("with callees", "--children"), ("itself", "--no-children")):
            report = subprocess.run(["perf", "report", "--stdio", "-g", "none", option, "-i", data],
                                    capture_output=True, text=True).stdout
            kept = [line for line in report.splitlines() if line and not line.startswith("#")]
            print(f"\n{server.name}, {heading}:", *kept[:report_lines], sep="\n")


def server_makers(arguments, folder):
    programs = arguments.bin
    if arguments.quick:
        servers.Server.connections_max = 1024  # the file limit of an ordinary user
    nginx = servers.unpack_nginx(programs.parent.parent / "peers/nginx", fetch=not arguments.quick)
    if nginx is None:
        print("nginx is left out: neither installed nor to be fetched", file=sys.stderr)

    def makers(cores, workers, greeting):
        made = {"bare": lambda: servers.BareLoop(programs, cores, workers, greeting),
                "refuse": lambda: servers.TurnawayRefuse(programs, cores, workers, greeting,
                                                         CLIENT_CORES),
                "silent": lambda: servers.TurnawaySilent(programs, cores, workers, greeting,
                                                         CLIENT_CORES)}
        if nginx and greeting == 521:
            made["nginx"] = lambda: servers.Nginx(*nginx, folder, cores, workers)
        return {name: make for name, make in made.items() if name in arguments.servers}

    def some(made, *names):
        return [make for name, make in made.items() if name in names]

    auto, greeting = makers(SERVER_CORES, 1, 220), makers(SERVER_CORES, 1, 521)
    return auto, {"auto": list(auto.values()),
                  "all": list(greeting.values()),
                  "answering QUIT": some(greeting, "bare", "refuse", "silent"),
                  "holding": some(auto, "bare", "refuse"),
                  "two workers": some(makers(ALL_CORES, 2, 220), "bare", "refuse")}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="where the programs are")
    parser.add_argument("--quick", action="store_true", help="few connections: only that it works")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=pathlib.Path, help="write every figure of every round here")
    parser.add_argument("--servers", type=lambda text: text.split(","),
                        default=["bare", "refuse", "silent", "nginx"],
                        help="bare,refuse,silent,nginx")
    parser.add_argument("--profile", metavar="NAME", help="record one server with perf instead")
    arguments = parser.parse_args()
    arguments.bin = arguments.bin.resolve()
    if len(os.sched_getaffinity(0)) < 2:
        print("the bench needs two cores: one for the servers, one for the clients")
        sys.exit(SKIPPED)
    machine = describe_machine(arguments.bin)
    bench = Bench(arguments)
    with tempfile.TemporaryDirectory(prefix="bench-nginx-") as folder:
        by_name, makers = server_makers(arguments, pathlib.Path(folder))
        if arguments.profile:
            profile(bench, by_name[arguments.profile])
            return
        began = time.monotonic()
        bench.run(makers)
    for name, value in machine.items():
        print(f"{name}: {value}")
    print(f"rounds: {bench.rounds} of {bench.connections:,} connections, 64 at a time; "
          f"{bench.held:,} held, {bench.slow:,} slow; took {time.monotonic() - began:.0f} s; "
          f"{'own network namespaces' if bench.own_network else 'in the network of the host'}\n")
    print_table(bench)
    if arguments.json:
        arguments.json.write_text(json.dumps({"machine": machine, "figures": bench.figures},
                                             indent=1))
    if bench.failures:
        raise SystemExit("\n".join(["", "wrong answers:", *bench.failures]))


if __name__ == "__main__":
    main()
