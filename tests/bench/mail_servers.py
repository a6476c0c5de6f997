"""The mail servers that the relay's bench sets side by side, and their load.

Everything runs inside one namespace (tests/live/namespace.py): its own network, so that no port is
another's, and its own processes, so that none is left behind. Postfix is Debian's package in a
throw-away root (tests/live/root.py), with its queue bound to a folder of the same disk as the
relay's spool; smtp-source and smtp-sink are from the same package. A server is started anew, with
an empty queue, for every measurement.

CPU is user and system time of all processes of a server, those that ended meanwhile included, as
long as somebody waited for them.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import time

from namespace import NamespaceError, system
from servers import free_port

START_LIMIT_S = 20
TICKS = os.sysconf("SC_CLK_TCK")
DESTINATION = "destination.example"
CACHED = "cached.example"  # has a route from DNS, as most destinations do
REFUSED = "refused.example"  # nothing listens where it leads

RELAY_CONFIG = """\
hostname = "relay.example"
threads = {threads}
[listen]
smtp = ["127.0.0.1:{port}"]
[relay]
networks = ["127.0.0.0/8"]
[route]
"{destination}" = "127.0.0.1:{next_hop}"
"{refused}" = "127.0.0.1:{nobody}"
[dns]
local_data = ["{cached}. 300 IN MX 10 mx.{cached}.", "mx.{cached}. 300 IN A 127.0.0.1"]
[delivery]
port = {next_hop}
[spool]
path = "{spool}"
[control]
socket = "{folder}/control.sock"
"""

# What an administrator sets for throughput; the rest is as the package has it.
POSTFIX_SETTINGS = [
    "in_flow_delay=0", "default_destination_concurrency_limit=100", "initial_destination_concurrency=100",
    "default_process_limit=200", "relayhost=[127.0.0.1]:{next_hop}", "maillog_file=/var/log/mail.log",
    "disable_dns_lookups=yes", "smtpd_peername_lookup=no", "smtpd_tls_security_level=none",
    "smtp_tls_security_level=none", "inet_interfaces=127.0.0.1", "inet_protocols=ipv4",
    "mydestination=", "mynetworks=127.0.0.0/8", "smtpd_client_connection_count_limit=0",
    "smtp_destination_recipient_limit=50", "compatibility_level=3.6"]


def fields_of(process_id, name):
    return pathlib.Path(f"/proc/{process_id}/{name}").read_text()


def tree(process_id):
    """This process and all below it."""
    found = [process_id]
    for pid in found:
        try:
            for task in os.listdir(f"/proc/{pid}/task"):
                children = fields_of(pid, f"task/{task}/children")
                found += [int(child) for child in children.split()]
        except FileNotFoundError:  # ended while we looked
            pass
    return found


def cpu_seconds(process_id):
    """Of the process, of all below it, and of those it waited for."""
    ticks = 0
    for pid in tree(process_id):
        try:
            fields = fields_of(pid, "stat").rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        ticks += sum(int(field) for field in fields[11:15])
    return ticks / TICKS


def memory_kib(process_id, name, key):
    """A figure of /proc/PID/status or smaps_rollup, of the process and all below it."""
    total = 0
    for pid in tree(process_id):
        try:
            for line in fields_of(pid, name).splitlines():
                if line.startswith(key + ":"):
                    total += int(line.split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
    return total


def wait_until(condition, what, limit_s=START_LIMIT_S, pause_s=0.02):
    end = time.monotonic() + limit_s
    while not condition():
        if time.monotonic() > end:
            raise NamespaceError(f"waited {limit_s} s in vain: {what}")
        time.sleep(pause_s)


def listens(port):
    """Whether somebody listens, told without a connection that the server would count."""
    wanted = f":{port:04X}"
    lines = pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(line.split()[1].endswith(wanted) and line.split()[3] == "0A" for line in lines)


class Sink:
    """smtp-sink: takes everything, keeps nothing, counts."""

    def __init__(self, root, folder):
        self.root, self.port = root, free_port()
        self.told = folder / "sink.out"

    def __enter__(self):
        command = self.root.command(["smtp-sink", "-c", "-u", "postfix", "-m", "1000",
                                     f"127.0.0.1:{self.port}", "1024"], None)
        with self.told.open("w") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out)
        wait_until(lambda: listens(self.port), "smtp-sink does not listen")
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def messages(self):
        """How many came so far, by the last of its `mesg=` words."""
        with self.told.open("rb") as out:
            out.seek(max(0, self.told.stat().st_size - 400))
            words = [word for word in out.read().split() if word.startswith(b"mesg=")]
        return int(words[-1][5:]) if words else 0


def start_source(root, port, messages, *, recipients=1, sessions=20, bytes_each=4096,
                 domain=DESTINATION):
    """smtp-source, with every session kept for many messages."""
    return subprocess.Popen(
        root.command(["smtp-source", "-d", "-s", str(sessions), "-l", str(bytes_each), "-m",
                      str(messages), "-r", str(recipients), "-f", "sender@sender.example",
                      "-t", f"user@{domain}", f"127.0.0.1:{port}"], None),
        stdin=subprocess.DEVNULL)


def finish_source(source):
    if source.wait() != 0:
        raise NamespaceError(f"smtp-source ended with status {source.returncode}")


class Relay:
    name = "turnaway-relay"
    peak_memory = ("status", "VmHWM")

    def __init__(self, program, folder, next_hop, keep=False, spool=None):
        self.folder, self.port = folder / "relay", free_port()
        if not keep:
            shutil.rmtree(self.folder, ignore_errors=True)
            self.folder.mkdir()
        self.config = self.folder / "relay.conf"
        self.config.write_text(RELAY_CONFIG.format(
            threads=os.cpu_count(), port=self.port, destination=DESTINATION, next_hop=next_hop,
            refused=REFUSED, nobody=free_port(), cached=CACHED, folder=self.folder,
            spool=spool or self.folder / "spool"))
        self.program = program

    def __enter__(self):
        begin = time.monotonic()
        with (self.folder / "log").open("w") as log:
            self.process = subprocess.Popen([self.program, "--config", self.config],
                                            stdin=subprocess.DEVNULL, stderr=log)
        self.process_id = self.process.pid
        wait_until(lambda: self.process.poll() is not None or listens(self.port),
                   "turnaway-relay does not listen")
        self.start_seconds = time.monotonic() - begin
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise NamespaceError("turnaway-relay did not end") from None
        if self.process.returncode != 0:
            log = (self.folder / "log").read_text()[-2000:]
            raise NamespaceError(f"turnaway-relay ended with {self.process.returncode}: {log}")


class Postfix:
    name = "Postfix"
    peak_memory = ("smaps_rollup", "Pss")

    def __init__(self, root, folder, next_hop):
        self.root, self.port = root, free_port()
        self.queue = folder / "postfix"
        self.next_hop = next_hop

    def __enter__(self):
        shutil.rmtree(self.queue, ignore_errors=True)
        place = self.root.top / "var/spool/postfix"
        system("cp", "-a", str(place), str(self.queue))
        system("mount", "--bind", str(self.queue), str(place))
        settings = [setting.format(next_hop=self.next_hop) for setting in POSTFIX_SETTINGS]
        self.root.run("postconf", *settings)
        self.root.run("postconf", "-MX", "smtp/inet", check=False)
        self.root.run("postconf", "-M",
                      f"{self.port}/inet={self.port} inet n - y - - smtpd")
        self.root.run("/usr/lib/postfix/configure-instance.sh", "-")  # as the package's unit does
        self.root.run("postfix", "start")
        wait_until(lambda: listens(self.port), "Postfix does not listen")
        self.process_id = int(self.root.read("/var/spool/postfix/pid/master.pid"))
        return self

    def __exit__(self, *_):
        processes = tree(self.process_id)  # the last of them outlive the first
        self.root.run("postfix", "stop", check=False)
        wait_until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in processes),
                   "Postfix does not end")
        self.root.run("postconf", "-MX", f"{self.port}/inet")
        system("umount", str(self.root.top / "var/spool/postfix"))

