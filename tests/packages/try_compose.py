#!/usr/bin/env python3
"""Runs the example etc/container/compose.yaml, as it is: Postfix that asks the gate, and a host that does not accept mail. Prints a table.

    tests/packages/try_compose.py       after tools/container, which makes the image of turnaway

The image of Postfix is built by buildah from the example's own Containerfile, with apt. Its base, docker.io/library/debian:13-slim, is a minimal
Debian 13 by mmdebstrap. The services run without a container engine (compose_network.py). Needs root, buildah, mmdebstrap, python3-yaml and
package sources; is skipped (77), with the reason, without them.
"""
import json
import os
import pathlib
import re
import shutil
import smtplib
import socket
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/live"))
import namespace  # noqa: E402
from compose_network import BRIDGE, Service, bridge  # noqa: E402
from dns_server import DnsServer  # noqa: E402
from relay_daemon import wait_until  # noqa: E402
from smtp_host import SmtpHost  # noqa: E402

EXAMPLE = ROOT / "etc/container"
STORE = ROOT / "build/container"
LIMIT_S = 300
WAIT_S = 60
BUILDAH = ["buildah", "--storage-driver", "vfs"]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise AssertionError(f"`{' '.join(command[:6])}`: {(done.stdout + done.stderr)[-600:]}")
    return done.stdout.strip()


# --- the images ---


def base_of(containerfile):
    """Makes the image that a Containerfile begins with. Its name has a release of Debian."""
    name = re.search(r"^FROM (\S+)$", containerfile.read_text(), re.MULTILINE)[1]
    release = {"13-slim": "trixie"}[name.rpartition(":")[2]]
    folder = STORE / "base"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "base.tar").exists():
        run("mmdebstrap", "--quiet", "--mode=root", "--variant=minbase", release, str(folder / "new.tar"))
        (folder / "new.tar").rename(folder / "base.tar")
    (folder / "Containerfile").write_text("FROM scratch\nADD base.tar /\n")
    run(*BUILDAH, "bud", "--layers", "--isolation", "chroot", "--tag", name, str(folder))
    return name


def container_of(image, made):
    """Its file system and what it says, for Service."""
    container = run(*BUILDAH, "from", "--pull-never", image)
    made.append(container)
    config = json.loads(run(*BUILDAH, "inspect", container))["OCIv1"]["config"]
    return {"root": run(*BUILDAH, "mount", container), "user": config.get("User", ""), "command": config["Cmd"]}


def images(services, made):
    """{service: image}; those with `build` are built."""
    found = {}
    for name, says in services.items():
        image = says.get("image") or f"turnaway-example-{name}"
        if "build" in says:
            base_of(EXAMPLE / says["build"] / "Containerfile")
            run(*BUILDAH, "bud", "--layers", "--isolation", "chroot", "--pull-never", "--tag", image, str(EXAMPLE / says["build"]))
        found[name] = container_of(image, made)
    return found


# --- inside the namespace ---


def reply(address, port, recipient):
    """Of the first command that is refused, else of RCPT."""
    with smtplib.SMTP(address, port, "client.example", WAIT_S) as client:
        client.ehlo()
        code, words = client.mail("ann@sender.example")
        if code == 250:
            code, words = client.rcpt(recipient)
        return f"{code} {words.decode().splitlines()[0]}"


def is_listening(address):
    try:
        socket.create_connection((address, 25), WAIT_S).close()
    except OSError:
        return False
    return True


def require(condition, words):
    if not condition:
        raise AssertionError(words)


class Example:
    def __init__(self, services, found):
        bridge()
        namespace.mount_tmpfs("/mnt")
        self.services = {name: Service(name, says, number, found[name], "/mnt", EXAMPLE)
                         for number, (name, says) in enumerate(services.items(), 2)}
        self.dns = DnsServer(BRIDGE, 53)
        self.dns.add("null.example MX 0 .", "next.example MX 10 mx.next.example", f"mx.next.example A {BRIDGE}",
                     "sender.example MX 10 mx.next.example")
        self.host = SmtpHost(BRIDGE, 25)
        hosts = "".join(f"{service.address} {name}\n" for name, service in self.services.items())
        for service in self.services.values():
            service.prepare(hosts)
        for service in self.services.values():  # as depends_on says: the gate is the first one
            service.start()
        self.gate, self.postfix, self.refuse = (self.services[name] for name in ("gate", "postfix", "refuse"))

    def gate_and_refuse_become_healthy(self):
        for service in (self.gate, self.refuse):
            wait_until(service.is_healthy, lambda at=service: f"{at.name} healthy: {at.said()[-500:]}", WAIT_S)
            require(int(service.capabilities(), 16) == 0, f"{service.name} has capabilities: {service.capabilities()}")
        return "by the healthcheck of the example; without capabilities"

    def refuse_refuses(self):
        words = reply(self.refuse.address, 2525, "bob@www.example.org")
        require(words.startswith("521 5.3.2 www.example.org"), words)
        return words

    def postfix_refuses_what_the_gate_refuses(self):
        wait_until(lambda: is_listening(self.postfix.address), lambda: f"Postfix: {self.postfix.said()[-500:]}", WAIT_S)
        found = [""]

        def is_refused():
            found[0] = reply(self.postfix.address, 25, "bob@null.example")
            return found[0].startswith("556 5.1.")
        # The gate passes what DNS does not decide within its deadline, on a busy machine the first time.
        wait_until(is_refused, lambda: f"{found[0]}: {self.postfix.said()[-300:]} {self.gate.said()[-200:]}", WAIT_S)
        wait_until(lambda: "NOQUEUE: reject: RCPT" in self.postfix.said(), "the refusal in the log of the container", WAIT_S)
        return found[0]

    def postfix_delivers_the_rest(self):
        with smtplib.SMTP(self.postfix.address, 25, "client.example", WAIT_S) as client:
            refused = client.sendmail("ann@sender.example", ["bob@null.example", "bob@next.example"], b"Subject: one of two\r\n\r\ntext\r\n")
        require(list(refused) == ["bob@null.example"], str(refused))
        wait_until(lambda: self.host.messages, lambda: f"the message: {self.postfix.said()[-800:]}", WAIT_S)
        return "one recipient refused, the other one delivered"

    def mail_passes_while_the_gate_is_away(self):
        os.kill(self.gate.first_process(), 15)
        self.gate.process.wait(WAIT_S)
        require(not self.gate.is_healthy(), "the gate is still healthy")
        wait_until(lambda: reply(self.postfix.address, 25, "bob@null.example").startswith("250"), "mail that passes", WAIT_S)
        return "accepted, by default_action=DUNNO"


STEPS = ["gate_and_refuse_become_healthy", "refuse_refuses", "postfix_refuses_what_the_gate_refuses", "postfix_delivers_the_rest",
         "mail_passes_while_the_gate_is_away"]


def inside(services, found):
    """[[step, what is wrong or None, remark]]"""
    example, rows = Example(services, found), []
    for step in STEPS:
        try:
            rows.append([step, None, getattr(example, step)()])
        except Exception as error:  # each failure is a row of the table
            rows.append([step, f"{type(error).__name__}: {error}", ""])
    return rows


# --- the table ---


def show(step, wrong, remark):
    print(f"{step.replace('_', ' '):42} {'FAILED' if wrong else 'passed':8} {' '.join((wrong or remark).split())[:600]}".rstrip(), flush=True)
    return not wrong


def obstacle():
    if os.getuid():
        return "it needs root"
    for program in ("buildah", "mmdebstrap"):
        if not shutil.which(program):
            return f"{program} is missing"
    return None if (STORE / "turnaway.tar").exists() else "tools/container makes the image first"


def main():
    try:
        import yaml
        reason = obstacle()
    except ImportError:
        reason = "python3-yaml is missing"
    if reason:
        print(f"skipped: {reason}")
        return 77
    services = yaml.safe_load((EXAMPLE / "compose.yaml").read_text())["services"]
    made = []
    try:
        found = images(services, made)
        good = show("images", None, ", ".join(f"{name} {size_mb(image):.0f} MB" for name, image in found.items()))
        os.environ["PYTHONPATH"] = str(ROOT / "tests/packages")  # where the other process finds this file
        rows = namespace.call("try_compose:inside", {"services": services, "found": found}, limit_s=LIMIT_S)
        return 0 if all([show(*row) for row in rows]) and good else 1
    except (AssertionError, namespace.NamespaceError) as error:
        show("next step", str(error), "")
        return 1
    finally:
        for container in made:
            subprocess.run([*BUILDAH, "rm", container], capture_output=True)


def size_mb(image):
    return int(run("du", "--summarize", "--bytes", "--one-file-system", image["root"]).split()[0]) / 1e6


if __name__ == "__main__":
    sys.exit(main())
