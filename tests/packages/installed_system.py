"""Runs inside a booted, fresh Debian without a network: the packages as a user sees them, step by step.

Each step prints a line: name, result, remark, divided by tabs; a failed one ends the run, as the next ones need it. /packages/previous and
/packages/now have the packages. The host to which the relay delivers is one of this program, at first absent, so that mail waits in the queue.
"""
import glob
import json
import os
import pathlib
import smtplib
import socket
import subprocess
import sys
import threading
import time

sys.path.insert(0, "/turnaway/tests/live")
from dns_server import DnsServer  # noqa: E402
from smtp_host import SmtpHost  # noqa: E402

WAIT_S = 60
MESSAGES = 20
NEXT_HOST = ("127.0.0.9", 2500)
CONFIG = pathlib.Path("/etc/turnaway-relay.conf")
SETTINGS = f"""# set by the administrator
hostname = "relay.example"
[relay]
networks = ["127.0.0.0/8"]
[route]
"next.example" = "{NEXT_HOST[0]}:{NEXT_HOST[1]}"
[dns]
local_data = ["null.example. 60 IN MX 0 .", "sender.example. 60 IN MX 10 mx.sender.example.", "mx.sender.example. 60 IN A 127.0.0.8"]
"""
SERVICES = ["turnaway-refuse", "turnaway-relay", "turnaway-gate"]


def shell(*command, status=0):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if status is not None and done.returncode != status:
        raise AssertionError(f"{' '.join(command)}: exit status {done.returncode}: {(done.stdout + done.stderr)[-400:]}")
    return done.stdout + done.stderr


def wait_until(condition, what):
    end = time.monotonic() + WAIT_S
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {WAIT_S} s: {what}")
        time.sleep(0.01)
    return value


def is_active(unit):
    return shell("systemctl", "is-active", unit, status=None).strip() == "active"


def is_enabled(unit):
    return shell("systemctl", "is-enabled", unit, status=None).strip() == "enabled"


def process_of(service):
    return shell("systemctl", "show", "--property=MainPID", "--value", f"{service}.service").strip()


def packages(folder):
    return sorted(glob.glob(f"/packages/{folder}/*.deb"))


def require(condition, words):
    if not condition:
        raise AssertionError(words)


def reply_to_rcpt(recipient, port=25):
    with smtplib.SMTP("127.0.0.1", port, "client.example", WAIT_S) as client:
        client.ehlo_or_helo_if_needed()
        client.mail("ann@sender.example")
        code, words = client.rcpt(recipient)
        return code, words.decode()


def queued():
    return {json.loads(line)["id"] for line in shell("turnaway", "queue", "list", "--json").splitlines()}


def install():
    shell("dpkg", "--install", *packages("previous"))
    states = {service: (is_enabled(f"{service}.service"), is_active(f"{service}.service")) for service in SERVICES}
    require(states == {"turnaway-refuse": (True, True), "turnaway-relay": (False, False), "turnaway-gate": (True, True)}, str(states))
    spool = os.stat("/var/spool/turnaway")
    require(oct(spool.st_mode) == "0o40700" and spool.st_uid == int(shell("id", "-u", "turnaway")), f"spool: {spool}")
    return "refuse and gate run, relay waits for its configuration"


def refuse():
    code, words = reply_to_rcpt("bob@host.example")
    require(code == 521, f"{code} {words}")
    return f"{code} {words.splitlines()[0]}"


def taken_port():
    """Another server on port 25: turnaway-refuse must not be enabled beside it."""
    shell("dpkg", "--purge", "turnaway-refuse")
    with socket.create_server(("127.0.0.1", 25)):
        said = shell("dpkg", "--install", *[path for path in packages("previous") if "turnaway-refuse" in path])
    require(not is_enabled("turnaway-refuse.socket") and not is_active("turnaway-refuse.socket"), "it was enabled")
    require("another program listens on port 25" in said, said)
    return "left off, and says so"


def check():
    server = DnsServer("127.0.0.1")
    server.add("null.example MX 0 .", "good.example MX 10 mx.good.example", "mx.good.example A 192.0.2.1")
    port = server.port
    answer = json.loads(shell("turnaway", "check", "--json", "--resolver", f"127.0.0.1@{port}", "null.example", status=1))
    require(answer["accepts_mail"] == "no", str(answer))
    shell("turnaway", "check", "--quiet", "--resolver", f"127.0.0.1@{port}", "good.example")
    return f"null.example: {answer['verdict']}"


def gate():
    with socket.create_connection(("127.0.0.1", 10040), WAIT_S) as client:
        client.sendall(b"request=smtpd_access_policy\nprotocol_state=RCPT\nrecipient=bob@[127.0.0.1]\nsender=ann@sender.example\n"
                       b"client_address=127.0.0.1\n\n")
        answer = client.recv(1000).decode()
    require(answer.startswith("action="), answer)
    return answer.strip()


def relay():
    CONFIG.write_text(SETTINGS)
    shell("turnaway-relay", "--check-config", "--config", str(CONFIG))
    shell("systemctl", "enable", "--now", "turnaway-relay.socket", "turnaway-relay.service")
    code, words = reply_to_rcpt("bob@null.example")
    require(code == 556, f"{code} {words}")
    host = SmtpHost(*NEXT_HOST)
    send("first", "bob@next.example")
    wait_until(lambda: len(host.messages) == 1, "the message at the next host")
    close(host)
    wait_until(lambda: not queued(), "an empty queue")
    return f"{code} for a null MX, one message delivered"


def close(host):
    # close() alone leaves a thread that waits in accept() with one more connection.
    host.listener.shutdown(socket.SHUT_RDWR)
    host.listener.close()


def send(subject, recipient):
    with smtplib.SMTP("127.0.0.1", 25, "client.example", WAIT_S) as client:
        client.sendmail("ann@sender.example", [recipient], f"Subject: {subject}\r\n\r\ntext\r\n")


class Watch(threading.Thread):
    """Connects again and again; counts refused connections and keeps the longest wait for a greeting."""

    def __init__(self):
        super().__init__(daemon=True)
        self.refused = self.greeted = 0
        self.longest = 0.0
        self.is_over = False

    def run(self):
        while not self.is_over:
            start = time.monotonic()
            try:
                with socket.create_connection(("127.0.0.1", 25), WAIT_S) as client:
                    self.greeted += client.recv(100).startswith(b"220")
            except OSError:
                self.refused += 1
            self.longest = max(self.longest, time.monotonic() - start)
            time.sleep(0.02)


def upgrade():
    # The next host is away: what is sent waits.
    for number in range(MESSAGES):
        send(f"waiting {number}", "bob@next.example")
    before, process = queued(), process_of("turnaway-relay")
    require(len(before) == MESSAGES, f"{len(before)} in the queue")
    watch = Watch()
    watch.start()
    wait_until(lambda: watch.greeted, "a greeting before the upgrade")
    shell("dpkg", "--install", *packages("now"))
    after_upgrade = watch.greeted
    wait_until(lambda: watch.greeted > after_upgrade, "a greeting after the upgrade")
    watch.is_over = True
    watch.join()
    require(process_of("turnaway-relay") != process, "the relay was not restarted")
    require(queued() == before, f"{len(before & queued())} of {MESSAGES} messages are still queued")
    require(watch.refused == 0, f"{watch.refused} connections were refused")
    require(CONFIG.read_text() == SETTINGS, "the configuration was replaced")
    require(not is_active("turnaway-refuse.socket"), "turnaway-refuse was started")
    return f"{MESSAGES} of {MESSAGES} messages kept, 0 connections refused, longest wait for a greeting {watch.longest:.2f} s"


def deliver():
    host = SmtpHost(*NEXT_HOST)
    shell("turnaway", "queue", "flush", "--all")
    wait_until(lambda: not queued(), "an empty queue")
    subjects = {message.content.split(b"Subject: ")[1].split(b"\r\n")[0] for message in host.messages}
    require(len(host.messages) == len(subjects) == MESSAGES, f"{len(host.messages)} messages, {len(subjects)} different")
    close(host)
    return f"{len(subjects)} of {MESSAGES}, each once"


def remove():
    send("left behind", "bob@next.example")
    shell("dpkg", "--remove", *names())
    require(not any(is_active(f"{service}.{kind}") for service in SERVICES for kind in ("service", "socket")), "a unit is still active")
    require(not shell("pgrep", "turnaway", status=1), "a program still runs")
    require(CONFIG.exists() and os.listdir("/var/spool/turnaway"), "the configuration or the queue is gone")
    return "stopped; configuration and queue kept"


def names():
    return [pathlib.Path(path).name.split("_")[0] for path in packages("now")]


def purge():
    said = shell("dpkg", "--purge", *names())
    require("/var/spool/turnaway was kept" in said, said)
    found = shell("find", "/", "-xdev", "-name", "*turnaway*", "-not", "-path", "/turnaway*", "-not", "-path", "/packages/*",
                  "-not", "-path", "/proc/*").splitlines()
    require(found == ["/var/spool/turnaway"], f"left behind: {found}")
    return "only the queue is left, and it says so"


def main():
    steps = [("install the previous version", install), ("turnaway-refuse refuses", refuse),
             ("turnaway-refuse beside a mail server", taken_port), ("turnaway check", check), ("turnaway-gate answers", gate),
             ("turnaway-relay refuses and delivers", relay), ("upgrade with mail in the queue", upgrade),
             ("deliver what waited", deliver), ("remove", remove), ("purge", purge)]
    for name, step in steps:
        try:
            print(name, "passed", step(), sep="\t", flush=True)
        except Exception as error:  # each failure is a row of the table
            print(name, "FAILED", " ".join(f"{type(error).__name__}: {error}".split())[:600], sep="\t", flush=True)
            return


main()
