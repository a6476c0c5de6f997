"""A small disk of its own for the log (pg_wal) of a server of PostgreSQL: a tmpfs in a mount namespace, so it needs root.

It is made and removed while the server is stopped, and takes the log along both times.
"""
import os
import pathlib
import shutil
import subprocess
import time

MOUNT = """set -e
mkdir -p "$1"
mount -t tmpfs -o size=$2,mode=755 none "$1"
cp -a "$3" "$1/pg_wal"
mount --bind "$1/pg_wal" "$3"
echo up
exec cat"""
BLOCK = bytes(1 << 20)


def unavailable():
    """Why there can be none here."""
    if os.geteuid() != 0:
        return "a disk of its own needs root"
    done = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True, check=False)
    return f"no mount namespace here: {done.stderr.strip()}" if done.returncode else None


class LogDisk:
    """`free_bytes`: beside what the log has already."""

    def __init__(self, server, free_bytes):
        self.server, self.log = server, server.data / "pg_wal"
        used = sum(file.stat().st_size for file in self.log.rglob("*") if file.is_file())
        place = server.folder / "log_disk"
        self.keeper = subprocess.Popen(["unshare", "--mount", "sh", "-c", MOUNT, "sh", str(place), str(used + free_bytes), str(self.log)],
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.keeper.stdout.readline() == b"up\n"
        self.place = pathlib.Path(f"/proc/{self.keeper.pid}/root{place}")
        server.wrapper = ["nsenter", f"--mount=/proc/{self.keeper.pid}/ns/mnt", "--"]

    def fill(self):
        with (self.place / "filler").open("ab", buffering=0) as filler:
            for block in (BLOCK, BLOCK[:4096]):
                try:
                    while True:
                        filler.write(block)
                except OSError:
                    pass

    def use_up(self):
        """As much mail would, until the server has ended. It may recover once or twice in files of its log that it has already."""
        while self.server.process.poll() is None:
            try:
                self.server.ask("SELECT pg_logical_emit_message(true, '', 'mail'), pg_switch_wal()")
            except subprocess.CalledProcessError:
                time.sleep(0.05)

    def make_room(self):
        (self.place / "filler").unlink(missing_ok=True)

    def end(self):
        shutil.rmtree(self.log)
        subprocess.run(["cp", "-a", str(self.place / "pg_wal"), str(self.log)], check=True)
        self.keeper.stdin.close()
        self.keeper.wait()
        self.keeper.stdout.close()
        self.server.wrapper = []
