"""Lets everything go wrong for relays that share a queue in PostgreSQL, under load, and follows every message to its end.

Three relays, a primary and a synchronous standby, all started here, need no set-up but Debian's package `postgresql`. Faults
come one after the other: see FAULTS. Every message that heard 250 arrives whole at each recipient, or its sender is told, by one
report; of a message that never heard 250 all recipients get it or none; a second copy is only for what a host had taken before a
fault, and is counted; a relay that slept longer than its lease ends with 75; in the end the tables are empty.

Usage: cluster.py [--faults N] [--short] [--relays N] [--seed N]     --short: for ./test, which without --long waits for no lease
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
import threading
import time

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent / folder) for folder in ("live", "crash")]
import postgres_servers  # noqa: E402
import relay_kill  # noqa: E402
from relay_chaos import PatientLoad  # noqa: E402
from relay_daemon import Relay, wait_until  # noqa: E402
from relay_scene import WAITS  # noqa: E402

SKIPPED = 77
LEASE_S = 10
FENCED = 75
UNAVAILABLE = 69
STARTS_MAX = 5
END_WAIT_S = 120
FAULTS = {
    "relay killed": "kill -9 of one relay; started again at once",
    "relay lost": "kill -9 of one relay for longer than its lease; the others take its messages",
    "all relays killed": "kill -9 of every relay at once",
    "relay stopped": "SIGTERM of one relay; the others take what it leaves",
    "relay asleep": "SIGSTOP of one relay for longer than its lease, then SIGCONT",
    "sessions ended": "every session of a relay with the database ended by the server",
    "primary killed": "kill -9 of the primary, started again",
    "standby killed": "kill -9 of the standby, started again after two seconds",
    "failover": "kill -9 of the primary, promotion of the standby",
}


SHORT = ["sessions ended", "relay killed", "primary killed", "relay stopped", "failover"]


class Fleet:
    """What a load needs of a scene: `relay` is any of the relays."""

    def __init__(self, relays, random_source):
        self.relays, self.random = relays, random_source

    @property
    def relay(self):
        return self.random.choice(self.relays)


class Cluster(relay_kill.Trial):
    def __init__(self, relays, seed):
        super().__init__(seed)
        self.servers = postgres_servers.Servers()
        settings = self.scene.relay.settings
        self.relays = [self.scene.relay, *(Relay(self.scene.block, {}) for _ in range(relays - 1))]
        for number, relay in enumerate(self.relays):
            if number > 0:
                own = {"listen": relay.settings["listen"], "control": relay.settings["control"]}
                relay.settings = {**settings, **own}
            relay.settings["spool"] = {"path": self.servers.address(), "node": f"relay{number}", "free_bytes_min": "1MB"}
        self.load = PatientLoad(Fleet(self.relays, random.Random(seed)), lambda: len(self.ends.finished))
        self.table = collections.Counter()

    def start_all(self):
        self.migrate()
        for relay in self.relays:
            relay.start()

    def migrate(self):
        relay = self.relays[0]
        subprocess.run([str(relay.program), "--config", str(relay.configure()), "--migrate-spool"], check=True,
                       stdout=subprocess.DEVNULL)

    def one_fault(self, kind):
        before = time.monotonic()
        getattr(self, "do_" + kind.replace(" ", "_"))(self.random.choice(self.relays))
        self.kills.append((before, time.monotonic()))
        self.table[kind] += 1
        time.sleep(self.random.uniform(0, 0.5))

    @staticmethod
    def start(relay):
        """As a service manager does: one whose database did not answer in time is started again."""
        for attempt in range(STARTS_MAX):
            try:
                return relay.start()
            except AssertionError:
                if relay.process.poll() != UNAVAILABLE or attempt == STARTS_MAX - 1:
                    raise

    def do_relay_killed(self, relay):
        relay.kill()
        self.start(relay)

    def do_relay_lost(self, relay):
        relay.kill()
        time.sleep(LEASE_S + 3)
        self.start(relay)

    def do_all_relays_killed(self, _):
        for relay in self.relays:
            relay.kill()
        starts = [threading.Thread(target=self.start, args=[relay]) for relay in self.relays]
        for start in starts:
            start.start()
        for start in starts:
            start.join()

    def do_relay_stopped(self, relay):
        if (code := relay.stop()) != 0:
            self.deaths.append(f"SIGTERM ended a relay with {code}")
        relay.start()

    def do_relay_asleep(self, relay):
        relay.process.send_signal(signal.SIGSTOP)
        time.sleep(LEASE_S + 4)
        relay.process.send_signal(signal.SIGCONT)
        if (code := relay.wait()) != FENCED:
            self.deaths.append(f"a relay that slept longer than its lease ended with {code}")
        self.start(relay)

    def do_sessions_ended(self, _):
        self.servers.primary.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                 "WHERE application_name = 'turnaway-relay'")

    def do_primary_killed(self, _):
        self.servers.primary.kill()
        self.servers.primary.start()
        self.servers.wait_for_standby()

    def do_standby_killed(self, _):
        self.servers.standby.kill()
        time.sleep(2)
        self.servers.standby.start()
        self.servers.wait_for_standby()

    def do_failover(self, _):
        self.servers.fail_over()

    def run(self, kinds):
        for thread in self.load.threads:
            thread.start()
        time.sleep(1)
        for kind in kinds:
            self.one_fault(kind)
            print(f"  {kind}: {len(self.load.acknowledged)} acknowledged, {len(self.ends.finished)} finished", flush=True)
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
                self.deaths.append(f"the last stop ended a relay with {code}")

    def left_over(self):
        count = self.servers.primary.ask("SELECT count(*) FROM turnaway.message")
        if count != "0":
            yield f"{count} messages are left in the database"

    def page(self, seconds):
        yield f"{'fault':<20}{'times':>6}  what it is"
        yield from (f"{kind:<20}{self.table[kind]:>6}  {words}" for kind, words in FAULTS.items() if self.table[kind])
        copies = self.ends.copies.values()
        yield (f"{len(self.relays)} relays, {sum(self.table.values())} faults in {seconds:.0f} s: {len(self.load.asked)} messages "
               f"asked, {len(self.load.acknowledged)} acknowledged, {sum(self.load.put_off.values())} put off, "
               f"{len(self.open())} recipients lost, {len(self.ends.reports)} reports, "
               f"{len(list(self.unrecorded_s()))} second copies of {sum(map(len, copies))}, each across a fault")

    def end(self):
        for relay in self.relays:
            if relay.process and relay.process.poll() is None:
                relay.kill()
        self.servers.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--faults", type=int, default=40)
    parser.add_argument("--short", action="store_true")
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
        cluster.start_all()
        if options.short and not os.environ.get("TURNAWAY_TEST_LONG"):
            kinds = SHORT
        else:
            # Each kind in turn, in an order of its own each round.
            rounds = (cluster.random.sample(list(FAULTS), len(FAULTS)) for _ in range(options.faults))
            kinds = list(itertools.islice(itertools.chain.from_iterable(rounds), options.faults))
        cluster.run(kinds)
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
