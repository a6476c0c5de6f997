"""Kills the move of a queue from a disk into a database after every step it takes, delivers some of what is in the database, and
runs the move again: each message is then in the database once or was delivered once, and none is left on the disk.

Usage: move_test.py SPOOL_MOVER     Skipped without PostgreSQL.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "live"))
import postgres_servers  # noqa: E402
from relay_daemon import PROGRAM  # noqa: E402

MESSAGES = 6
PARTS = [*range(8), "old"]
# And those of the spool on disk, whose thread may take its own step at the moment of "removed", so that a count misses it.
STEPS = {"gathered", "committed", "hosts added", "marks removed"}
EXIT_SKIPPED = 77


class Trial:
    def __init__(self, mover, servers, folder):
        self.mover, self.server, self.folder = mover, servers.primary, folder
        self.address = f"{servers.address()}"

    def run(self, *arguments, kill_after=None):
        environment = {key: value for key, value in os.environ.items() if key != "TURNAWAY_KILL_AFTER"}
        if kill_after is not None:
            environment["TURNAWAY_KILL_AFTER"] = str(kill_after)
        done = subprocess.run([self.mover, *arguments], env=environment, capture_output=True, text=True, check=False)
        if done.returncode not in (0, -signal.SIGKILL):
            raise SystemExit(f"{arguments[0]} ended with {done.returncode}: {done.stderr}")
        return done

    def ids(self):
        return [int(id) for id in self.server.ask("SELECT id FROM turnaway.message ORDER BY id").split()]

    def reset(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        self.run("fill", self.folder, str(MESSAGES))
        tables = ["node", "moved", *(f"{kind}_{part}" for kind in ("message", "content") for part in PARTS)]
        self.server.ask("; ".join(f"DELETE FROM turnaway.{table}" for table in tables))

    def kill_and_go_on(self, step):
        """The name of the step; "" when it ended before it."""
        self.reset()
        killed = self.run("move", self.folder, self.address, kill_after=step)
        if killed.returncode == 0:
            return ""
        delivered = self.ids()[::2]
        ids = ",".join(map(str, delivered))
        self.server.ask("; ".join(f"DELETE FROM turnaway.message_{part} WHERE id = ANY('{{{ids}}}')" for part in PARTS))
        done = self.run("move", self.folder, self.address)
        found, name = self.ids(), killed.stderr.strip()
        if sorted(found + delivered) != list(range(1, MESSAGES + 1)):
            raise SystemExit(f"killed after {name!r} ({step}): {delivered} were delivered, {found} are there; {done.stdout}")
        again = self.run("move", self.folder, self.address)
        if again.stdout != "0 0\n":
            raise SystemExit(f"killed after {name!r} ({step}): there was more to move: {again.stdout}")
        if self.server.ask("SELECT count(*) FROM turnaway.moved") != "0":
            raise SystemExit(f"killed after {name!r} ({step}): marks are left")
        return name


def main():
    if not postgres_servers.is_installed():
        print("PostgreSQL is not installed")
        return EXIT_SKIPPED
    servers = postgres_servers.Servers(has_standby=False, syncs=False)
    folder = tempfile.mkdtemp(prefix="turnaway_move_")
    try:
        trial = Trial(sys.argv[1], servers, folder + "/spool")
        config = pathlib.Path(folder) / "relay.conf"
        config.write_text(f'hostname = "relay.example"\n[spool]\npath = "{servers.address()}"\n', encoding="ascii")
        subprocess.run([str(PROGRAM), "--config", str(config), "--migrate-spool"], check=True, stdout=subprocess.DEVNULL)
        seen, step = [], 0
        while name := trial.kill_and_go_on(step := step + 1):
            seen.append(name)
        missing = STEPS - set(seen)
        if missing:
            raise SystemExit(f"no kill after {sorted(missing)}")
        trial.reset()
        done = trial.run("move", trial.folder, trial.address)
        if done.stdout != f"{MESSAGES} 0\n" or trial.ids() != list(range(1, MESSAGES + 1)):
            raise SystemExit(f"without a kill: {done.stdout} {trial.ids()}")
        print(f"{len(seen)} kills after {len(set(seen))} kinds of steps: nothing lost, nothing twice")
        return 0
    finally:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
