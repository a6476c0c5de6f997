"""Kills turnaway-relay with SIGKILL at random moments under load, starts it again, and follows every message to its end.

Every message that heard 250 arrives at each of its recipients, or its sender is told, once by once report; what arrives is whole;
of a message that never heard 250 all recipients get it or none. A second copy is only for what the host had taken before a
kill (it said 250, and the relay had not yet written that down): they are counted. Stops by SIGTERM in between make no second
copy. In the end the spool is empty. Requirements 33 and 46.

Usage: relay_kill.py [--kills N] [--kills-long N] [--seed N]     the second is for ./test --long, which sets TURNAWAY_TEST_LONG
"""
import argparse
import os
import pathlib
import random
import signal
import smtplib
import sqlite3
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
from relay_daemon import wait_until  # noqa: E402
from relay_report import Report  # noqa: E402
from relay_scene import SENDER, WAITS, Scene  # noqa: E402

KILLS, KILLS_LONG = 60, 200
CLIENTS = 4
STOP_EVERY = 25  # kills to one stop by SIGTERM
LIFE_MOST_S = 0.7
EARLY_SHARE, EARLY_MOST_S = 0.2, 0.06  # some die before they listen
WAITING_MOST = 300  # clients wait while more recipients than this are open
BIG = 300_000  # octets; goes into a file of its own
END_WAIT_S = 180
DOMAINS = [f"d{i}.example" for i in range(6)]


def recipients_of(number):
    """What becomes of each is in its name: taken, refused for good, or put off once."""
    domains = [DOMAINS[(number + i) % len(DOMAINS)] for i in range(3)]
    kinds = [["taken"], ["taken", "taken", "taken"], ["refused"], ["later"], ["taken", "refused", "later"]][number % 5]
    return [f"{kind}{number}@{domain}" for kind, domain in zip(kinds, domains)]


def content_of(number):
    filling = BIG if number % 40 == 7 else number % 4000
    line = f"line of {number} " + "x" * 50 + "\r\n"
    return (f"Subject: {number}\r\n\r\n" + line * (filling // len(line) + 1) + f"end of {number}\r\n").encode()


class Load:
    """Clients that never stop; `asked` and `acknowledged` are message numbers."""

    def __init__(self, scene, finished):
        self.scene, self.finished = scene, finished
        self.asked, self.acknowledged, self.faults = set(), set(), []
        self.lock, self.next, self.is_over = threading.Lock(), 0, False
        self.threads = [threading.Thread(target=self.run, daemon=True) for _ in range(CLIENTS)]

    def number(self):
        with self.lock:
            self.next += 1
            self.asked.add(self.next)
            return self.next

    def run(self):
        while not self.is_over:
            try:
                with self.scene.relay.client() as client:
                    client.ehlo()
                    for _ in range(20):
                        while not self.is_over and len(self.acknowledged) - self.finished() > WAITING_MOST:
                            time.sleep(0.01)
                        if self.is_over:
                            return
                        self.send(client)
            except (OSError, smtplib.SMTPException):  # it was killed
                time.sleep(0.005)

    def send(self, client):
        number = self.number()
        # 421 is what a stop by SIGTERM says.
        for command in [f"MAIL FROM:<{SENDER}>", *(f"RCPT TO:<{one}>" for one in recipients_of(number)), "DATA"]:
            code, words = client.docmd(command)
            if code == 421:
                raise smtplib.SMTPServerDisconnected
            if code not in (250, 354):
                self.faults.append(f"{command}: {code} {words}")
                return
        client.send(content_of(number) + b".\r\n")
        code, words = client.getreply()
        if code == 250:
            self.acknowledged.add(number)
        elif code != 421:
            self.faults.append(f"the content: {code} {words}")


class Ends:
    """What came to each recipient: (connected, taken) of each copy, and the reports about it."""

    def __init__(self):
        self.copies, self.reports, self.faults, self.finished = {}, {}, [], set()
        self.put_off, self.lock = set(), threading.Lock()

    def answer(self, argument, _dialogue):
        address = argument[argument.index("<") + 1:argument.index(">")]
        if address.startswith("refused"):
            return "550 5.1.1 nobody"
        with self.lock:
            if address.startswith("later") and address not in self.put_off:
                self.put_off.add(address)
                return "450 4.2.0 not yet"
        return "250 Ok"

    def arrived(self, message):
        _, _, rest = message.content.partition(b"Subject: ")
        number = int(rest[:rest.index(b"\r")])
        with self.lock:
            if b"Subject: " + rest != content_of(number):
                self.faults.append(f"message {number} is not whole")
            for argument in message.recipients:
                address = argument[argument.index("<") + 1:argument.index(">")]
                self.copies.setdefault(address, []).append((message.connected, time.monotonic()))
            self.finished.add(number)

    def told(self, message):
        report = Report(message)
        with self.lock:
            for fields in report.recipients:
                address = fields["Final-Recipient"].partition("; ")[2]
                self.reports.setdefault(address, set()).add(report.parsed["Message-ID"])
                self.copies.setdefault("report " + report.parsed["Message-ID"], []).append((message.connected, time.monotonic()))
                self.finished.add(int(address.partition("@")[0].removeprefix("refused")))

    def is_done(self, address):
        return address in self.reports if address.startswith("refused") else address in self.copies


class Trial:
    ends_type = Ends

    def __init__(self, seed):
        self.random = random.Random(seed)
        # Hosts may be slow here: one that loses its patience after the dot gets a second copy by right.
        patience = {name: "1m" for name in WAITS}
        self.scene = Scene({"log": {"level": "warning"}, "delivery": {"concurrency": 4, **patience}})
        self.ends = self.ends_type()
        for host in (self.scene.host(), self.scene.host()):
            host.script["RCPT"] = self.ends.answer
            host.on_message = self.ends.arrived
            for domain in DOMAINS:
                self.scene.dns.add(f"{domain} MX 10 {host.mx}")
        self.scene.letters.on_message = self.ends.told
        self.load = Load(self.scene, lambda: len(self.ends.finished))
        self.kills = []  # (just before, just after)
        self.starts, self.deaths = [], []

    def one_life(self):
        relay = self.scene.relay
        if self.random.random() < EARLY_SHARE:
            relay.launch()
            time.sleep(self.random.uniform(0, EARLY_MOST_S))
        else:
            self.starts.append(relay.start())
            time.sleep(self.random.uniform(0, LIFE_MOST_S))
        if relay.process.poll() is not None:
            self.deaths.append(f"the relay ended by itself: {relay.process.poll()}")
        before = time.monotonic()
        relay.kill()
        self.kills.append((before, time.monotonic()))

    def one_stop(self):
        self.starts.append(self.scene.relay.start())
        time.sleep(LIFE_MOST_S)
        if (code := self.scene.relay.stop()) != 0:
            self.deaths.append(f"SIGTERM ended it with {code}")

    def run(self, kills):
        for thread in self.load.threads:
            thread.start()
        for i in range(1, kills + 1):
            self.one_life()
            if i % STOP_EVERY == 0:
                self.one_stop()
        self.starts.append(self.scene.relay.start())
        self.load.is_over = True
        for thread in self.load.threads:
            thread.join()
        try:
            wait_until(lambda: not self.open(), "", END_WAIT_S)
        except AssertionError:
            pass  # what is open is lost, and `faults` says so
        if (code := self.scene.relay.stop()) != 0:
            self.deaths.append(f"the last one ended with {code}")

    def open(self):
        """Recipients of acknowledged messages that nothing came of, and those of half delivered ones."""
        owed = self.load.acknowledged | self.ends.finished
        return [one for number in owed for one in recipients_of(number) if not self.ends.is_done(one)]

    def faults(self):
        yield from (fault for found in (self.deaths, self.load.faults, self.ends.faults) for fault in found)
        # One killed in the middle of a line leaves the beginning of one.
        yield from (f"it said: {line}" for line in self.scene.relay.noise if not line.startswith("{"))
        for address in self.open():
            yield f"{address} is lost"
        for number in self.ends.finished - self.load.asked:
            yield f"message {number} was never sent"
        for address, reports in self.ends.reports.items():
            if len(reports) != 1:
                yield f"{len(reports)} different reports about {address}"
        for address, copies in self.ends.copies.items():
            for one, two in zip(copies, copies[1:]):
                if not self.kills_between(one, two):
                    yield f"{address} got two copies with no kill between: {self.words_about(one, two)}"
        yield from self.left_over()

    def kills_between(self, one, two):
        """A connection lives no longer than the process, so its beginning says in whose life it was."""
        return [before for before, after in self.kills if one[0] <= after and before <= two[0]]

    def words_about(self, one, two):
        return f"the connections began {two[0] - one[0]:.3f} s apart"

    def unrecorded_s(self):
        """For each second copy: how long before the kill the host had taken the first."""
        for copies in self.ends.copies.values():
            for one, two in zip(copies, copies[1:]):
                yield max(min(self.kills_between(one, two), default=one[1]) - one[1], 0)

    def left_over(self):
        spool = self.scene.relay.folder / "spool"
        with sqlite3.connect(spool / "spool.db") as database:
            for table in ("message", "state"):
                count = database.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                if count:
                    yield f"{count} rows are left in {table}"
        database.close()
        for path in (spool / "content").iterdir():
            # A file that a kill left without a row is set aside, since it may be all there is of a message.
            if path.suffix != ".orphan":
                yield f"{path} is left over"

    def summary(self, seconds):
        copies = self.ends.copies.values()
        return (f"{len(self.kills)} kills in {seconds:.0f} s: {len(self.load.asked)} messages asked, "
                f"{len(self.load.acknowledged)} acknowledged, "
                f"{sum(len(recipients_of(number)) for number in self.load.acknowledged)} recipients of these, "
                f"{len(self.ends.reports)} reports, {len(self.open())} lost, {len(list(self.unrecorded_s()))} second "
                f"copies of {sum(map(len, copies))} (the first taken {max(self.unrecorded_s(), default=0):.3f} s before its "
                f"kill at most); slowest start {max(self.starts):.2f} s")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--kills-long", type=int, default=KILLS_LONG)
    parser.add_argument("--seed", type=int, default=7505)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    begun = time.monotonic()
    trial = Trial(options.seed)
    try:
        trial.run(options.kills_long if os.environ.get("TURNAWAY_TEST_LONG") else options.kills)
        faults = list(trial.faults())
        print(trial.summary(time.monotonic() - begun))
    finally:
        if trial.scene.relay.process.poll() is None:
            trial.scene.relay.kill()
    for fault in faults[:40]:
        print("FAULT", fault)
    if faults:
        print(f"{len(faults)} faults; the spool is in {trial.scene.relay.folder}")
        return 1
    trial.scene.relay.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
