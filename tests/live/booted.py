"""A booted systemd in a private machine, with turnaway installed as docs/operations.md says.

Promises: this machine's own systemd runs as the first process of a copy of this machine (root.Root), with the units that `cmake
--install` puts there and no other service; it ends with the namespace. `run` is a command inside, as root or another user;
`show` the properties of a unit. There is no journal: what a service did is in its properties.
Works inside a namespace (namespace.call) only. Needs systemd and a cgroup2 hierarchy. `MISSING` says in one sentence what is not here.
"""
import os
import shutil
import subprocess
import time
from pathlib import Path

import namespace
from relay_daemon import BIN, wait_until
from root import WORKSPACE, Root, environment

SYSTEMD = Path("/lib/systemd/systemd")
WAIT_S = 60
# What would start services of this machine.
FOREIGN = ["/etc/systemd/system", "/etc/systemd/network", "/lib/systemd/system-generators", "/etc/systemd/system-generators",
           "/usr/local/lib/systemd", "/etc/tmpfiles.d", "/etc/sysusers.d"]
TARGET = """[Unit]
Requires=basic.target
After=basic.target
AllowIsolate=yes
"""
START = """set -e
mount --make-rprivate /
cd "$1"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mkdir -p old dev/shm dev/pts
mount -t tmpfs tmpfs dev/shm
mount -t devpts -o newinstance,ptmxmode=666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
touch dev/console dev/tty
mount --bind /dev/tty dev/tty
pivot_root . old
umount -l /old
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=booted.target
"""
HAS_SYSTEMD = SYSTEMD.exists() and all(shutil.which(tool) for tool in ("nsenter", "pivot_root", "cmake"))
MISSING = None if HAS_SYSTEMD else "systemd, nsenter, pivot_root or cmake is missing"


class Booted:
    def __init__(self, has_turnaway=True):
        WORKSPACE.mkdir(parents=True, exist_ok=True)
        self.root = Root("booted", [])
        self.root.mount()
        namespace.system("umount", str(self.root.top / "proc"))
        for folder in FOREIGN:
            shutil.rmtree(self.root.top / folder.lstrip("/"), ignore_errors=True)
        for folder in (self.root.top / "lib/systemd/system").resolve().glob("*.wants"):
            shutil.rmtree(folder)
        self.root.write("/etc/systemd/system/booted.target", TARGET)
        if has_turnaway:
            self.install()
        self.first = subprocess.Popen(
            ["unshare", "--pid", "--mount", "--cgroup", "--fork", "--kill-child", "sh", "-c", START, "sh", str(self.root.top)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.process = None
        wait_until(self.has_booted, "that systemd has booted")

    def install(self):
        done = subprocess.run(["cmake", "--install", str(BIN.parent), "--prefix", "/usr"], capture_output=True, text=True,
                              env=environment() | {"DESTDIR": str(self.root.top)})
        if done.returncode:
            raise namespace.NamespaceError(f"cmake --install says: {done.stderr[-300:]}")

    def has_booted(self):
        if self.first.poll() is not None:
            raise namespace.NamespaceError(f"systemd did not boot: {self.first.stderr.read()[-300:]}")
        children = Path(f"/proc/{self.first.pid}/task/{self.first.pid}/children").read_text().split()
        if not children:
            return False
        self.process = children[0]
        if os.readlink(f"/proc/{self.process}/exe") != str(SYSTEMD.resolve()):
            return False
        return self.run("systemctl", "is-active", "booted.target", check=False) == "active\n"

    def run(self, *command, user=None, check=True):
        """Its output. Raises NamespaceError when it fails; without `check` its standard error comes too."""
        become = ["runuser", "--user", user, "--"] if user else []
        done = subprocess.run(["nsenter", "--target", self.process, "--mount", "--pid", "--cgroup", "--wd=/", "--", *become, *command],
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, env=environment(), timeout=WAIT_S)
        if check and done.returncode:
            raise namespace.NamespaceError(f"`{' '.join(command)}` says: {done.stderr[-300:]}")
        return done.stdout if check else done.stdout + done.stderr

    def drop_in(self, unit, *lines):
        """Settings of its [Service] or [Socket], as `systemctl edit` writes them."""
        section = unit.rpartition(".")[2].capitalize()
        self.root.write(f"/etc/systemd/system/{unit}.d/override.conf", "\n".join([f"[{section}]", *lines, ""]))
        self.run("systemctl", "daemon-reload")

    def show(self, unit, *names):
        """The values of these properties; one is not in a list."""
        lines = self.run("systemctl", "show", unit, *(f"--property={name}" for name in names)).splitlines()
        values = dict(line.partition("=")[::2] for line in lines)
        found = [values[name] for name in names]
        return found if len(found) > 1 else found[0]

    def end_of(self, unit):
        """Its state once it is not starting or stopping any more: "failed" for one that is not started again."""
        def state():
            active, sub = self.show(unit, "ActiveState", "SubState")
            return "" if active in ("activating", "deactivating") and sub != "auto-restart" else sub
        return wait_until(state, f"the end of {unit}")
