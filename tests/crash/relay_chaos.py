"""Lets everything go wrong for turnaway-relay under load, one trouble after the other, and follows every message to its end.

The spool is a small disk of its own. Each life of the relay ends by SIGKILL at a random moment, in between also by SIGTERM or by
itself; some lives have a full disk, a disk that became read-only, or a name server that is dead, and some starts happen on such
a disk. Sinks take, refuse or put off each recipient. What relay_kill.py demands holds here too: every message that heard 250
arrives whole at each recipient, or its sender is told, by one report; a second copy is only for what a host had taken before
an end of the relay, when that was not yet written down; in the end the spool is empty. Needs root for the disk.

Usage: relay_chaos.py [--kills N] [--seed N]
"""
import argparse
import collections
import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time

import relay_kill
from relay_kill import Load, Trial

KILLS = 500
DISK_MB = 48
SKIPPED = 77
LIBRARY = os.environ.get("FAILING_DISK_LIBRARY", "")
# Of a hundred lives, how many have which trouble.
TROUBLES = {"none": 64, "full": 12, "readonly": 10, "dns": 10, "lost": 4}
TROUBLE_MOST_S = 0.5


class PatientLoad(Load):
    """A message that is put off is not acknowledged, and that is all right: the client would try again."""

    def __init__(self, scene, finished):
        super().__init__(scene, finished)
        self.put_off = collections.Counter()

    def send(self, client):
        before = len(self.faults)
        super().send(client)
        for fault in self.faults[before:]:
            code = fault.rpartition(": ")[2][:3]
            if code.startswith("4"):
                self.put_off[code] += 1
                self.faults.remove(fault)
                client.docmd("RSET")


class Disk:
    """A tmpfs that only the relay sees under its name; we come to it through the process that keeps it."""

    def __init__(self, folder):
        self.path = folder
        folder.mkdir()
        self.keeper = subprocess.Popen(["unshare", "--mount", "sh", "-c", f'mount -t tmpfs -o size={DISK_MB}m,mode=700 none "$0" '
                                        '&& echo up && exec sleep infinity', str(folder)], stdout=subprocess.PIPE)
        if self.keeper.stdout.readline() != b"up\n":
            raise SystemExit("no disk of its own could be made")
        self.keeper.stdout.close()
        self.wrapper = ["nsenter", f"--mount=/proc/{self.keeper.pid}/ns/mnt", "--"]
        self.inside = pathlib.Path(f"/proc/{self.keeper.pid}/root{folder}")

    def fill(self, bytes_left):
        about = os.statvfs(self.inside)
        size = about.f_bavail * about.f_frsize - bytes_left
        with contextlib.suppress(OSError), (self.inside / "filling").open("wb", buffering=0) as file:
            file.write(b"x" * max(size, 0))

    def free(self):
        (self.inside / "filling").unlink(missing_ok=True)

    def remove(self):
        self.keeper.kill()
        self.keeper.wait()


class Chaos(Trial):
    def __init__(self, seed):
        super().__init__(seed)
        relay = self.scene.relay
        self.disk = Disk(relay.folder / "disk")
        relay.settings["spool"]["path"] = str(self.disk.path / "spool")
        relay.settings["dns"]["deadline"] = "1s"
        self.trigger = relay.folder / "failing"
        relay.environment["FAILING_DISK"] = str(self.trigger)
        if LIBRARY:
            relay.environment["LD_PRELOAD"] = LIBRARY
        launch, start = relay.launch, relay.start
        relay.launch = lambda wrapper=None: launch(wrapper or self.disk.wrapper)
        relay.start = lambda: start(self.disk.wrapper)
        self.load = PatientLoad(self.scene, lambda: len(self.ends.finished))
        self.lives = collections.Counter()
        self.own_ends = collections.Counter()

    def trouble(self, kind):
        if kind == "full":
            self.disk.fill(self.random.choice([0, 0, 50_000, 500_000]))
        elif kind in ("readonly", "lost"):
            self.trigger.write_text(kind, encoding="ascii")
        elif kind == "dns":
            self.scene.dns.is_dead = True

    def calm(self):
        self.disk.free()
        self.trigger.unlink(missing_ok=True)
        self.scene.dns.is_dead = False

    def end_of_life(self):
        """By SIGKILL, if it has not ended by itself, which only a lost disk may make it do."""
        relay, before = self.scene.relay, time.monotonic()
        code = relay.process.poll()
        if code is not None:
            self.own_ends[code] += 1
        relay.kill()
        # It may have ended at any time since its start.
        self.kills.append((before if code is None else self.began, time.monotonic()))
        return code

    def one_life(self):
        kind = self.random.choices(list(TROUBLES), list(TROUBLES.values()))[0]
        if kind in ("readonly", "lost") and not LIBRARY:
            kind = "full"
        self.lives[kind] += 1
        self.began = time.monotonic()
        if kind == "none":
            super().one_life()
            return
        self.starts.append(self.scene.relay.start())
        time.sleep(self.random.uniform(0, relay_kill.LIFE_MOST_S / 2))
        self.trouble(kind)
        time.sleep(self.random.uniform(0, TROUBLE_MOST_S))
        if (code := self.end_of_life()) not in (None, 74):
            self.deaths.append(f"under {kind} the relay ended with {code}")
        # Some start again before it is over: nothing may go out twice for that.
        for _ in range(self.random.choice([0, 1, 2]) if kind != "dns" else 0):
            self.began = time.monotonic()
            self.scene.relay.launch()
            time.sleep(self.random.uniform(0.05, TROUBLE_MOST_S))
            if (code := self.end_of_life()) not in (None, 74):
                self.deaths.append(f"started under {kind} the relay ended with {code}")
        self.calm()
        # That it could not begin on such a disk, it says in plain words.
        self.scene.relay.noise[:] = [line for line in self.scene.relay.noise if not line.startswith("turnaway-relay: ")]

    def left_over(self):
        real = self.scene.relay.folder / "spool"
        shutil.copytree(self.disk.inside / "spool", real)
        yield from super().left_over()

    def verdict(self, faults, seconds):
        copies = self.ends.copies.values()
        second = sum(len(each) - 1 for each in copies)
        unexplained = sum("no kill between" in fault for fault in faults)
        corrupt = sum("is not whole" in fault for fault in faults)
        return (f"{self.summary(seconds)}\n"
                f"lives: {dict(self.lives)}; ended by itself: {dict(self.own_ends)}; put off: {dict(self.load.put_off)}\n"
                f"lost {len(self.open())}, corrupt {corrupt}, duplicates {second} (each between the 250 of a host and an end of the "
                f"relay; unexplained {unexplained}; at most {max(map(len, copies), default=0)} copies), other faults "
                f"{len(faults) - len(self.open()) - corrupt - unexplained}")


def why_not():
    if os.geteuid() != 0:
        return "a disk of its own needs root"
    done = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True, check=False)
    return f"no mount namespace here: {done.stderr.strip()}" if done.returncode else None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=521)
    options = parser.parse_args()
    if (reason := why_not()) is not None:
        print(f"skipped relay_chaos: {reason}")
        return SKIPPED
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    begun = time.monotonic()
    trial = Chaos(options.seed)
    try:
        trial.run(options.kills)
        faults = list(trial.faults())
        print(trial.verdict(faults, time.monotonic() - begun))
    finally:
        if trial.scene.relay.process.poll() is None:
            trial.scene.relay.kill()
        trial.disk.remove()
    for fault in faults[:40]:
        print("FAULT", fault)
    if faults:
        print(f"{len(faults)} faults; a copy of the spool is in {trial.scene.relay.folder}")
        return 1
    trial.scene.relay.remove()
    return 0


if __name__ == "__main__":
    sys.exit(main())
