"""A root: a throw-away Debian system with a few real packages in it, on top of this machine's own.

Promises: the machine itself gets nothing installed and no file changed. `install` (in a namespace
that has the network) puts the packages into an overlay over `/` with apt and keeps only what
changed, as one archive in build/peers/; `mount` (in a namespace of its own) unpacks that archive
into memory and lays it over `/` again, so every run begins with the system as the packages left it
and forgets everything at its end. Services never start by themselves (policy-rc.d). Devices are the
five harmless ones; there is no system log.
Gap: an archive made long ago may not fit a machine that was upgraded since: remove build/peers/.
"""
import os
import re
import shutil
import subprocess
from pathlib import Path

import namespace

STORE = Path(__file__).resolve().parents[2] / "build" / "peers"
WORKSPACE = STORE / "mount"  # a tmpfs covers it inside the namespace; it stays empty itself
MAIL_SERVERS = ["postfix", "exim4-daemon-light", "exim4-daemon-heavy", "exim4-base", "exim4-config",
                "opensmtpd", "sendmail-bin", "sendmail-base", "courier-mta", "dma", "chasquid",
                "nullmailer"]
TAR = ["--xattrs", "--xattrs-include=*", "--numeric-owner"]
# Empty in every system, so that neither this machine's sockets nor its users' mail are seen there.
FRESH_FOLDERS = {"run": "755", "tmp": "1777", "dev": "755", "home": "755", "root": "700",
                 "var/mail": "2775"}
DEVICES = ["null", "zero", "full", "random", "urandom"]
INSTALL_LIMIT_S = 600  # Sendmail computes TLS parameters meanwhile: a minute, or several
APT = ["apt-get", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::Retries=1"]
INSTALL = ["install", "--yes", "--no-install-recommends"]
HOST_NAME = "sender"
DOMAIN = "sender.example"  # as whose mail server the packages set themselves up


class Root:
    """One system by name. `packages` are installed without recommended ones; `preseed` answers
    their questions; `setup` are commands that fetch what is not a Debian package, run after them.

    `where` is put before every command, see `Network.far`. `lower` is the system it lies on, if that
    is not this machine's own.
    """

    def __init__(self, name, packages, preseed="", where=(), setup=(), lower="/"):
        self.name = name
        self.packages = packages
        self.preseed = preseed
        self.where = list(where)
        self.lower = lower
        self.setup = [list(command) for command in setup]
        self.archive = STORE / f"{name}.tar"
        self.top = WORKSPACE / name / "merged"

    def installed(self):
        return self.archive.exists()

    def download(self):
        """(package names, bytes to fetch) an `install` would download now, as apt reckons."""
        ask = ["apt-get", *INSTALL, "--print-uris", *self.packages]
        told = subprocess.run(ask, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        files = re.findall(r"^'[^']+' (\S+)_\S+ (\d+) ", told.stdout, re.MULTILINE)
        names = sorted({name.split("_")[0] for name, _ in files})
        return names, sum(int(size) for _, size in files)

    def install(self, limit_s=INSTALL_LIMIT_S):
        """Makes the archive unless it is there. Call as root. Raises NamespaceError."""
        if not self.installed():
            WORKSPACE.mkdir(parents=True, exist_ok=True)
            arguments = {"name": self.name, "packages": self.packages, "preseed": self.preseed,
                         "setup": self.setup, "lower": self.lower}
            namespace.call("root:install_inside", arguments, private_network=False, limit_s=limit_s)
            for path in (STORE.parent, STORE, WORKSPACE, self.archive):
                namespace.give_back(path)

    def mount(self):
        """Lays the system out at `top`. Only inside a namespace."""
        if not os.path.ismount(WORKSPACE):
            namespace.mount_tmpfs(WORKSPACE)
        place = WORKSPACE / self.name
        for part in ("upper", "work", "merged"):
            (place / part).mkdir(parents=True)
        if self.installed():
            namespace.system("tar", "--extract", *TAR, "--file", str(self.archive),
                             "--directory", str(place / "upper"))
        namespace.set_host_name(HOST_NAME)
        namespace.mount_overlay(place / "upper", place / "work", self.top, self.lower)
        namespace.system("mount", "-t", "proc", "proc", str(self.top / "proc"))
        for folder, mode in FRESH_FOLDERS.items():
            (self.top / folder).mkdir(parents=True, exist_ok=True)
            namespace.mount_tmpfs(self.top / folder, mode)
        shutil.chown(self.top / "var/mail", group="mail")
        for device in DEVICES:
            (self.top / "dev" / device).touch()
            namespace.system("mount", "--bind", f"/dev/{device}", str(self.top / "dev" / device))
        os.symlink("/proc/self/fd", self.top / "dev" / "fd")

    def write(self, path, text, mode=0o644):
        """Writes a file of the system, given by its absolute path there."""
        place = self.top / path.lstrip("/")
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.is_symlink():
            place.unlink()
        place.write_text(text)
        place.chmod(mode)

    def read(self, path):
        """A file of the system as text, empty when there is none."""
        place = self.top / path.lstrip("/")
        return place.read_text(errors="replace") if place.is_file() else ""

    def run(self, *command, text="", user=None, check=True, limit_s=60):
        """Runs a command to its end and returns its output. Raises NamespaceError if it fails."""
        try:
            done = subprocess.run(self.command(command, user), input=text, capture_output=True,
                                  text=True, errors="replace", timeout=limit_s, env=environment())
        except subprocess.TimeoutExpired:
            words = f"`{' '.join(command)}` in {self.name} took longer than {limit_s} s"
            raise namespace.NamespaceError(words) from None
        if check and done.returncode:
            words = " ".join((done.stderr or done.stdout).split())[-300:]
            raise namespace.NamespaceError(f"`{' '.join(command)}` in {self.name} says: {words}")
        return done.stdout

    def start(self, *command):
        """Starts a server that stays in the foreground; it ends with the namespace."""
        return subprocess.Popen(self.command(command, None), stdin=subprocess.DEVNULL,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                env=environment())

    def command(self, command, user):
        become = ["runuser", "--user", user, "--"] if user else []
        return [*self.where, "chroot", str(self.top), *become, *command]


# No `localhost` for ::1: OpenSMTPD would then listen on 127.0.0.1 twice, and fail.
HOSTS = f"""127.0.0.1 localhost
127.0.1.1 {DOMAIN} {HOST_NAME}
::1 ip6-localhost ip6-loopback
"""


def environment():
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/root",
            "DEBIAN_FRONTEND": "noninteractive"}


def install_inside(name, packages, preseed, setup, lower):
    """The body of `Root.install`, in a namespace of its own that shares only the network."""
    root = Root(name, packages, preseed, lower=lower)
    root.mount()
    names = Path("/etc/resolv.conf").read_text()
    root.write("/etc/resolv.conf", names)
    root.write("/etc/hostname", f"{HOST_NAME}\n")
    root.write("/etc/mailname", f"{DOMAIN}\n")
    root.write("/etc/hosts", HOSTS)
    root.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", mode=0o755)
    present = root.run("dpkg-query", "--show", "--showformat=${Package}\n", *MAIL_SERVERS,
                       check=False).split()
    if present:  # this machine's own mail server: its settings are not the package's defaults
        root.run(*APT, "purge", "--yes", *present, limit_s=INSTALL_LIMIT_S)
    if preseed:
        root.run("debconf-set-selections", text=preseed)
    install = [*APT, *INSTALL, *packages]
    try:
        root.run(*install, limit_s=INSTALL_LIMIT_S)
    except namespace.NamespaceError:  # perhaps the package lists are old, or there are none
        root.run(*APT, "update", limit_s=INSTALL_LIMIT_S)
        install_again(root, install)
    for command in setup:
        root.run(*command, limit_s=INSTALL_LIMIT_S)
    keep(root)


def install_again(root, install):
    """The second try; its failure becomes one sentence with apt's own first reason."""
    try:
        root.run(*install, limit_s=INSTALL_LIMIT_S)
    except namespace.NamespaceError as error:
        reason = re.search(r"Temporary failure \S+|Unable to \S+ package \S+|E: [^.]+", str(error))
        raise namespace.NamespaceError(f"apt cannot fetch or install {', '.join(root.packages)} "
                                       f"({reason[0] if reason else 'no reason given'})") from None


def keep(root):
    """Archives what the installation changed, less apt's caches; complete or not at all."""
    upper = WORKSPACE / root.name / "upper"
    for cache in ("var/cache/apt", "var/lib/apt", "var/log/apt", "var/cache/debconf", "root"):
        shutil.rmtree(upper / cache, ignore_errors=True)
    unfinished = root.archive.with_suffix(".unfinished")
    namespace.system("tar", "--create", *TAR, "--file", str(unfinished),
                     "--directory", str(upper), ".")
    unfinished.rename(root.archive)
