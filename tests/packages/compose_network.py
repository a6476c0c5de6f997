"""The services of etc/container/compose.yaml without a container engine: what the file says of each, on a network of its own.

`Service` runs one service: the file system of its image, its command and user, its volumes, read-only if the file says so, with the
capabilities that podman leaves it. Each has an address on one bridge, and finds the others by their names (/etc/hosts) and a name server at
the bridge itself. Runs inside namespace.call, whose end is the end of all of it. Known gap: published ports are not; clients connect to the
addresses.
"""
import os
import pathlib
import re
import shutil
import subprocess

from namespace import mount_overlay, mount_tmpfs, system

BRIDGE = "10.89.0.1"
# What podman leaves to a container, unless it is told otherwise.
CAPABILITIES = ["chown", "dac_override", "fowner", "fsetid", "kill", "net_bind_service", "setfcap", "setgid", "setpcap", "setuid", "sys_chroot"]
DEVICES = ["null", "zero", "full", "random", "urandom"]
KNOWN = {"image", "build", "command", "volumes", "read_only", "cap_drop", "security_opt", "healthcheck", "restart", "depends_on", "ports"}
START = """set -e
mount --make-rprivate /
mount -t proc proc "$1/proc"
[ "$2" = writable ] || mount -o remount,bind,ro "$1"
shift 2
exec chroot "$@"
"""


def bridge():
    # An address of its own: else it has the lowest one of its ports, a new one with each service, and what the first service sends to the
    # old one is lost for a while.
    for command in ("link set lo up", "link add bridge0 address 02:42:0a:59:00:01 type bridge", f"address add {BRIDGE}/24 dev bridge0", "link set bridge0 up"):
        system("ip", *command.split())


class Service:
    """`image` is what buildah knows of it: {"root": its file system, "user": its user, "command": its command}."""

    def __init__(self, name, says, number, image, folder, beside):
        if unknown := says.keys() - KNOWN:
            raise AssertionError(f"compose.yaml: this test does not know {', '.join(unknown)} of {name}")
        self.name, self.says, self.image, self.number = name, says, image, number
        self.address = f"10.89.0.{number}"
        self.place = pathlib.Path(folder, name)
        self.root = self.place / "merged"
        self.log = self.place / "log"
        self.beside = beside  # the folder of compose.yaml

    def prepare(self, hosts):
        for part in ("upper", "work", "merged"):
            (self.place / part).mkdir(parents=True)
        mount_overlay(self.place / "upper", self.place / "work", self.root, self.image["root"])
        self.write("etc/hosts", "127.0.0.1 localhost\n" + hosts)
        self.write("etc/resolv.conf", f"nameserver {BRIDGE}\n")
        mount_tmpfs(self.root / "dev")
        for device in DEVICES:
            (self.root / "dev" / device).touch()
            system("mount", "--bind", f"/dev/{device}", str(self.root / "dev" / device))
        for at, device in enumerate(("stdin", "stdout", "stderr")):
            os.symlink(f"/proc/self/fd/{at}", self.root / "dev" / device)
        os.symlink("/proc/self/fd", self.root / "dev/fd")
        for volume in self.says.get("volumes", []):
            source, target = volume.split(":")[:2]
            if source.startswith("."):
                shutil.copy(self.beside / source, self.root / target.lstrip("/"))
        # A named volume has the files of the image at first, which is what the overlay shows.
        if not self.says.get("read_only"):
            return
        mount_tmpfs(self.root / "var/spool/turnaway", "700")  # VOLUME of the image

    def write(self, path, text):
        place = self.root / path
        if place.is_symlink():
            place.unlink()
        place.write_text(text)

    def start(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"], stdin=subprocess.DEVNULL)
        own = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == own:
            pass
        near, far = f"near{self.number}", f"far{self.number}"
        system("ip", "link", "add", near, "type", "veth", "peer", "name", far)
        system("ip", "link", "set", near, "master", "bridge0", "up")
        system("ip", "link", "set", far, "netns", str(self.holder.pid))
        for command in ("link set lo up", f"link set {far} up", f"address add {self.address}/24 dev {far}"):
            system(*self.net(), "ip", *command.split())
        command = self.says.get("command") or self.image["command"]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen([*self.net(), "unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child", "sh", "-c", START,
                                             "sh", str(self.root), "read-only" if self.says.get("read_only") else "writable",
                                             *self.inside(*command)], stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    def net(self):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", "--"]

    def inside(self, *command):
        """The arguments of chroot: as the user of the image, with the capabilities that are left."""
        kept = [] if self.says.get("cap_drop") == ["ALL"] else CAPABILITIES
        bounds = ",".join(["-all", *(f"+{name}" for name in kept)])
        words = ["setpriv", f"--bounding-set={bounds}", "--inh-caps=-all"]
        if self.image["user"]:
            words += [f"--reuid={self.image['user']}", f"--regid={self.image['user']}", "--clear-groups"]
        if "no-new-privileges:true" in self.says.get("security_opt", []):
            words.append("--no-new-privs")
        return [str(self.root), *words, "env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", *command]

    def is_healthy(self):
        """What `healthcheck` says, run inside."""
        kind, *command = self.says["healthcheck"]["test"]
        if kind != "CMD":
            raise AssertionError(f"healthcheck of {self.name}: {kind}")
        return subprocess.run([*self.net(), "chroot", *self.inside(*command)], stdin=subprocess.DEVNULL, capture_output=True).returncode == 0

    def first_process(self):
        """The id, outside, of what the container runs as its first process."""
        child = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return int(child[0])

    def capabilities(self):
        """Effective ones of the first process, as the kernel shows them."""
        return re.search(r"^CapEff:\s*(\w+)", pathlib.Path(f"/proc/{self.first_process()}/status").read_text(), re.MULTILINE)[1]

    def said(self):
        return self.log.read_text(errors="replace")
