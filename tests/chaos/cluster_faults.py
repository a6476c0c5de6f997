"""What can go wrong for a cluster of relays, each a method of Faults that returns when all is well again.

A fault notes which relays it ended, because only what these had under way may be delivered twice.
"""
import signal
import threading
import time
from dataclasses import dataclass, field

import postgres_log_disk

LEASE_S = 10
FENCED = 75
CUT_S = 3
SLOW_S = 8
FAULTS = {
    "relay killed": "kill -9 of one relay; started again at once",
    "relay lost": "kill -9 of one relay for longer than its lease; the others take its messages",
    "all relays killed": "kill -9 of every relay at once",
    "relay stopped": "SIGTERM of one relay; the others take what it leaves",
    "relay asleep": "SIGSTOP of one relay for longer than its lease, then SIGCONT",
    "sessions ended": "every session of a relay with the database ended by the server",
    "link reset": "one relay's connection reset at a random message of the protocol",
    "link cut": "one relay without its database for three seconds",
    "link lost": "one relay without its database for longer than its lease; the others take its messages",
    "link silent": "nothing passes between one relay and its database for three seconds",
    "link slow": "a round trip between one relay and its database takes two seconds, for eight",
    "primary killed": "kill -9 of the primary, started again",
    "standby killed": "kill -9 of the standby, started again after two seconds",
    "primary restarted": "the primary stopped as for an upgrade (fast), started again",
    "only reads": "the primary refuses changes for three seconds (default_transaction_read_only)",
    "clock ahead": "the clock of the database jumps by an hour: all leases have run out",
    "two primaries": "the standby is promoted while the primary goes on for three seconds",
    "log disk full": "no room for the log of the primary, which ends; started again when there is room",
    "failover": "kill -9 of the primary, promotion of the standby",
}
SHORT = ["sessions ended", "relay killed", "link reset", "primary killed", "relay stopped", "link cut", "failover"]
RESET_MOST = 60  # messages; a commit has about thirty
RESET_WAIT_S = 5
LOG_ROOM_BYTES = 64 << 20
if postgres_log_disk.unavailable():
    del FAULTS["log disk full"]


@dataclass
class Fault:
    kind: str
    before: float
    after: float = 0
    ended: set = field(default_factory=set)  # names of relays


class Faults:
    def __init__(self, cluster):
        self.cluster, self.random, self.servers = cluster, cluster.random, cluster.servers

    def happen(self, kind):
        self.fault = Fault(kind, time.monotonic())
        getattr(self, "do_" + kind.replace(" ", "_"))(self.random.choice(self.cluster.relays))
        self.fault.after = time.monotonic()
        time.sleep(self.random.uniform(0, 0.5))
        return self.fault

    def kill(self, relay):
        self.fault.ended.add(relay.name)
        relay.kill()

    def await_fenced(self, relay, words):
        self.fault.ended.add(relay.name)
        if (code := relay.wait()) != FENCED:
            self.cluster.deaths.append(f"a relay that {words} longer than its lease ended with {code}")
        self.cluster.start(relay)

    def do_relay_killed(self, relay):
        self.kill(relay)
        self.cluster.start(relay)

    def do_relay_lost(self, relay):
        self.kill(relay)
        time.sleep(LEASE_S + 3)
        self.cluster.start(relay)

    def do_all_relays_killed(self, _):
        for relay in self.cluster.relays:
            self.kill(relay)
        starts = [threading.Thread(target=self.cluster.start, args=[relay]) for relay in self.cluster.relays]
        for start in starts:
            start.start()
        for start in starts:
            start.join()

    def do_relay_stopped(self, relay):
        self.fault.ended.add(relay.name)
        if (code := relay.stop()) != 0:
            self.cluster.deaths.append(f"SIGTERM ended {relay.name} with {code}")
        self.cluster.start(relay)

    def do_relay_asleep(self, relay):
        relay.process.send_signal(signal.SIGSTOP)
        time.sleep(LEASE_S + 6)
        relay.process.send_signal(signal.SIGCONT)
        self.await_fenced(relay, "slept")

    def do_sessions_ended(self, _):
        self.servers.primary.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                 "WHERE application_name = 'turnaway-relay'")

    def do_link_reset(self, relay):
        for link in relay.links:
            link.reset_at(self.random.randint(1, RESET_MOST))
        end = time.monotonic() + RESET_WAIT_S
        while not any(link.was_reset.is_set() for link in relay.links) and time.monotonic() < end:
            time.sleep(0.01)

    def do_link_cut(self, relay):
        for link in relay.links:
            link.cut()
        time.sleep(CUT_S)
        self.mend(relay)

    def do_link_lost(self, relay):
        for link in relay.links:
            link.cut()
        time.sleep(LEASE_S + 6)
        self.mend(relay)
        self.await_fenced(relay, "had no database")

    def do_link_silent(self, relay):
        for link in relay.links:
            link.is_silent = True
        time.sleep(CUT_S)
        self.mend(relay)

    def do_link_slow(self, relay):
        for link in relay.links:
            link.delay_s = 1  # each way
        time.sleep(SLOW_S)
        self.mend(relay)

    @staticmethod
    def mend(relay):
        for link in relay.links:
            link.mend()

    def do_primary_killed(self, _):
        self.servers.primary.kill()
        self.servers.primary.start()
        self.servers.wait_for_standby()

    def do_standby_killed(self, _):
        self.servers.standby.kill()
        time.sleep(2)
        self.servers.standby.start()
        self.servers.wait_for_standby()

    def do_primary_restarted(self, _):
        self.servers.primary.stop()
        self.servers.primary.start()
        self.servers.wait_for_standby()

    def do_only_reads(self, _):
        ask = self.servers.primary.ask
        ask("ALTER SYSTEM SET default_transaction_read_only = on")
        ask("SELECT pg_reload_conf()")
        time.sleep(CUT_S)
        # ALTER SYSTEM is allowed in a transaction that only reads.
        ask("ALTER SYSTEM RESET default_transaction_read_only")
        ask("SELECT pg_reload_conf()")

    def do_clock_ahead(self, _):
        self.servers.primary.ask("UPDATE turnaway.node SET lease = lease - interval '1 hour'")
        time.sleep(CUT_S)

    def do_two_primaries(self, _):
        self.servers.fail_over(overlap_s=CUT_S)

    def do_log_disk_full(self, _):
        primary = self.servers.primary
        # What recovers in between must not reuse files that the standby has not read yet.
        primary.ask("ALTER SYSTEM SET wal_keep_size = '1GB'")
        primary.kill()
        disk = postgres_log_disk.LogDisk(primary, LOG_ROOM_BYTES)
        try:
            primary.start()
            self.servers.wait_for_standby()
            disk.fill()
            disk.use_up()
            disk.make_room()
            primary.start()
            time.sleep(1)
        finally:
            primary.kill()
            disk.end()
        primary.start()
        self.servers.wait_for_standby()
        primary.ask("ALTER SYSTEM RESET wal_keep_size")
        primary.ask("SELECT pg_reload_conf()")

    def do_failover(self, _):
        self.servers.fail_over()
