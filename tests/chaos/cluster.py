"""Lets everything go wrong for relays that share a queue in PostgreSQL, under load, and follows every message to its end.

Three relays, a primary and a synchronous standby, all started here, need no set-up but Debian's package `postgresql`. Faults
come one after the other: see FAULTS in cluster_faults.py. Every message that heard 250 arrives whole at each recipient, or its
sender is told, by one report; of a message that never heard 250 all recipients get it or none; a second copy is only for what a
host had taken from a relay that a fault ended, and is counted for that fault; a relay that slept longer than its lease ends with 75;
in the end the tables are empty.

Usage: cluster.py [--faults N] [--only KIND] [--short] [--relays N] [--seed N] | --takeover N
  --short: for ./test, which without --long waits for no lease     --takeover: only that N messages of a dead relay are delivered
"""
import argparse
import collections
import itertools
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / folder) for folder in ("live", "crash", "fake")]
import cluster_takeover  # noqa: E402
import postgres_servers  # noqa: E402
import relay_kill  # noqa: E402
from cluster_faults import FAULTS, SHORT, Faults  # noqa: E402
from database_link import Link  # noqa: E402
from relay_chaos import PatientLoad  # noqa: E402
from relay_daemon import Relay, wait_until  # noqa: E402

SKIPPED = 77
UNAVAILABLE = 69
STARTS_MAX = 5
END_WAIT_S = 120


class Fleet:
    """What a load needs of a scene: `relay` is any of the relays."""

    def __init__(self, relays, random_source):
        self.relays, self.random = relays, random_source

    @property
    def relay(self):
        return self.random.choice(self.relays)


class Times(set):
    """Message numbers, and when each came."""

    def __init__(self):
        super().__init__()
        self.at = {}

    def add(self, number):
        self.at.setdefault(number, time.monotonic())
        super().add(number)


class Ends(relay_kill.Ends):
    """Knows of each copy which relay it came from, by the name in its EHLO."""

    def __init__(self):
        super().__init__()
        self.names = {}  # by when its connection began

    def arrived(self, message):
        self.names[message.connected] = message.client
        super().arrived(message)

    def told(self, message):
        self.names[message.connected] = message.client
        super().told(message)


class Cluster(relay_kill.Trial):
    ends_type = Ends

    def __init__(self, relays, seed):
        super().__init__(seed)
        self.servers = postgres_servers.Servers()
        settings = self.scene.relay.settings
        self.relays = [self.scene.relay, *(Relay(self.scene.block, {}) for _ in range(relays - 1))]
        for number, relay in enumerate(self.relays):
            if number > 0:
                own = {"listen": relay.settings["listen"], "control": relay.settings["control"]}
                relay.settings = {**settings, **own}
            relay.links = [Link(self.servers.folder / name / ".s.PGSQL.5432") for name in ("a", "b")]
            hosts = ",".join(f"127.0.0.1:{link.port}" for link in relay.links)
            relay.name = f"relay{number}.example"
            relay.settings[""] = {**settings[""], "hostname": relay.name}
            relay.settings["spool"] = {
                "path": f"postgresql://{postgres_servers.DATABASE}@{hosts}/{postgres_servers.DATABASE}"
                        "?target_session_attrs=read-write&sslmode=disable&gssencmode=disable",
                "node": f"relay{number}", "free_bytes_min": "1MB"}
        self.load = PatientLoad(Fleet(self.relays, random.Random(seed)), lambda: len(self.ends.finished))
        self.load.acknowledged = Times()
        self.happened = []  # Fault of each

    def start_all(self):
        self.migrate()
        for relay in self.relays:
            relay.start()

    def migrate(self):
        relay = self.relays[0]
        subprocess.run([str(relay.program), "--config", str(relay.configure()), "--migrate-spool"], check=True,
                       stdout=subprocess.DEVNULL)

    @staticmethod
    def start(relay):
        """As a service manager does: one whose database did not answer in time is started again."""
        for attempt in range(STARTS_MAX):
            try:
                return relay.start()
            except AssertionError:
                if relay.process.poll() != UNAVAILABLE or attempt == STARTS_MAX - 1:
                    raise
                print(f"  {relay.name} could not start: {''.join(relay.noise[-1:]).strip()}")
                relay.noise.clear()

    def run(self, kinds):
        faults = Faults(self)
        for thread in self.load.threads:
            thread.start()
        time.sleep(1)
        for kind in kinds:
            self.happened.append(faults.happen(kind))
            print(f"  {kind}: {len(self.load.acknowledged)} acknowledged, {len(self.ends.finished)} finished", flush=True)
            for relay in self.relays:
                if (code := relay.process.poll()) is not None:
                    self.deaths.append(f"{relay.name} ended with {code} after: {kind}")
                    self.start(relay)
        self.load.is_over = True
        for thread in self.load.threads:
            thread.join()
        try:
            wait_until(lambda: not self.open(), "", END_WAIT_S)
            wait_until(lambda: not list(self.left_over()), "", END_WAIT_S)
        except AssertionError:
            pass  # what is open is lost, and `faults` says so
        # One that slept finishes a delivery that it was in: its copy comes later, and was begun earlier.
        for copies in self.ends.copies.values():
            copies.sort()
        for relay in self.relays:
            if (code := relay.stop()) != 0:
                self.deaths.append(f"the last stop ended {relay.name} with {code}")

    def causes(self, one, two):
        """The faults that ended one of the two relays between the beginning of the first copy and the end of the last. The one
        that delivered again may have been connected to the host since before the fault."""
        names = {self.ends.names[one[0]], self.ends.names[two[0]]}
        begin, end = min(one[0], two[0]), max(one[1], two[1])
        return [fault for fault in self.happened if names & fault.ended and fault.before <= end and begin <= fault.after]

    def kills_between(self, one, two):
        return [fault.before for fault in self.causes(one, two)]

    def words_about(self, one, two):
        def place(moment):
            past = [fault for fault in self.happened if fault.before <= moment]
            return f"{moment - past[-1].before:.3f} s after the begin of: {past[-1].kind}" if past else "before the first fault"

        return "; then ".join(f"from {self.ends.names[begin]}, connected {place(begin)}, taken {place(end)}" for begin, end in (one, two))

    def pairs(self):
        return [pair for copies in self.ends.copies.values() for pair in zip(copies, copies[1:])]

    def lost_by_fault(self):
        """Of each kind: recipients of which nothing came, whose message heard 250 before it and after the one before it."""
        lost = collections.Counter()
        for address in self.open():
            heard = self.load.acknowledged.at.get(int("".join(filter(str.isdigit, address.partition("@")[0]))), 0)
            lost[next((fault.kind for fault in self.happened if fault.after >= heard), "after the last")] += 1
        return lost

    def left_over(self):
        count = self.servers.primary.ask("SELECT count(*) FROM turnaway.message")
        if count != "0":
            yield f"{count} messages are left in the database"

    def page(self, seconds):
        times = collections.Counter(fault.kind for fault in self.happened)
        second, unexplained = collections.Counter(), 0
        for pair in self.pairs():
            causes = self.causes(*pair)
            unexplained += not causes
            second.update(fault.kind for fault in causes[-1:])
        lost = self.lost_by_fault()
        yield f"{'fault':<18}{'times':>6}{'lost':>6}{'second':>8}  what it is"
        yield from (f"{kind:<18}{times[kind]:>6}{lost[kind]:>6}{second[kind]:>8}  {words}" for kind, words in FAULTS.items() if times[kind])
        yield f"{'together':<18}{sum(times.values()):>6}{sum(lost.values()):>6}{sum(second.values()):>8}  {unexplained} second copies unexplained"
        yield (f"{len(self.relays)} relays, {seconds:.0f} s, load average {os.getloadavg()[0]:.1f}: {len(self.load.asked)} messages asked, "
               f"{len(self.load.acknowledged)} acknowledged, {sum(self.load.put_off.values())} put off, {len(self.ends.reports)} reports, "
               f"{sum(map(len, self.ends.copies.values()))} copies and reports arrived")

    def end(self):
        for relay in self.relays:
            if relay.process and relay.process.poll() is None:
                relay.kill()
            for link in relay.links:
                link.close()
        self.servers.stop()


def kinds_of(options, random_source):
    if options.short and not os.environ.get("TURNAWAY_TEST_LONG"):
        return SHORT
    # Each kind in turn, in an order of its own each round.
    wanted = options.only or list(FAULTS)
    rounds = (random_source.sample(wanted, len(wanted)) for _ in range(options.faults))
    return list(itertools.islice(itertools.chain.from_iterable(rounds), options.faults))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faults", type=int, default=40)
    parser.add_argument("--only", action="append", choices=list(FAULTS), metavar="KIND", help="may be repeated")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--takeover", type=int, metavar="MESSAGES")
    parser.add_argument("--relays", type=int, default=3)
    parser.add_argument("--seed", type=int, default=18)
    options = parser.parse_args()
    if not postgres_servers.is_installed():
        print("skipped: PostgreSQL is not installed (Debian: postgresql)")
        return SKIPPED
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    begun = time.monotonic()
    cluster = Cluster(options.relays, options.seed)
    try:
        if options.takeover:
            faults = cluster_takeover.run(cluster, options.takeover)
        else:
            cluster.start_all()
            cluster.run(kinds_of(options, cluster.random))
            faults = list(cluster.faults())
            print("\n".join(cluster.page(time.monotonic() - begun)))
    finally:
        cluster.end()
    for fault in faults[:40]:
        print("FAULT", fault)
    for relay in cluster.relays:
        relay.remove()
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
