"""chasquid as a peer: Debian's package, with the domain, the user and the certificate it needs."""
import re
import smtplib
import ssl

from mailbox import Mailbox
from peer import SENDER, USER, Peer, Queued, answers_smtp
from root import DOMAIN

PASSWORD = "correct horse"
CONFIGURATION = f"""hostname: "{DOMAIN}"
smtp_address: "127.0.0.1:25"
submission_address: "127.0.0.1:587"
mail_delivery_agent_bin: "/usr/local/bin/deliver"
mail_delivery_agent_args: "%to_user%"
mail_log_path: "/var/log/chasquid-mail.log"
"""
DELIVER = """#!/bin/sh
folder="/home/$1/Maildir"
name="$(date +%s.%N).$$"
cat > "$folder/tmp/$name" && mv "$folder/tmp/$name" "$folder/new/$name"
"""
CERTIFICATE = f"/etc/chasquid/certs/{DOMAIN}"


class Chasquid(Peer):
    name = "chasquid"
    title = "chasquid"
    package = "chasquid"
    lifetime_days = 1
    beyond_defaults = [("a domain, a user, a self-signed certificate", "it has no defaults"),
                       ("a delivery agent that writes a maildir", "maildrop is not installed")]

    def start(self):
        self.root.write("/etc/chasquid/chasquid.conf", CONFIGURATION)
        self.root.write("/usr/local/bin/deliver", DELIVER, mode=0o755)
        for folder in ("tmp", "new", "cur"):
            self.root.run("install", "-d", "-m", "777", f"/home/{USER}/Maildir/{folder}")
        self.root.run("chmod", "755", f"/home/{USER}", f"/home/{USER}/Maildir")
        self.root.run("install", "-d", CERTIFICATE)
        self.root.run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                      "-subj", f"/CN={DOMAIN}", "-keyout", f"{CERTIFICATE}/privkey.pem",
                      "-out", f"{CERTIFICATE}/fullchain.pem")
        self.root.run("chmod", "-R", "a+rX", "/etc/chasquid/certs")
        self.root.run("install", "-d", f"/etc/chasquid/domains/{DOMAIN}")
        self.root.run("chasquid-util", "user-add", SENDER, f"--password={PASSWORD}")
        self.run_daemon()

    def run_daemon(self):
        self.daemon = self.root.start("chasquid", "--logfile=/var/log/chasquid.log")
        self.wait_for(lambda: answers_smtp(587), "start")

    def mailbox(self):
        return Mailbox(self.root.top / "home" / USER / "Maildir")

    def hand_over(self, recipient, message):
        """By submission: it has no `sendmail`."""
        with smtplib.SMTP("127.0.0.1", 587, local_hostname="localhost", timeout=20) as client:
            client.starttls(context=ssl._create_unverified_context())
            client.login(SENDER, PASSWORD)
            client.sendmail(SENDER, [recipient], message)

    def queue(self, recipient):
        found = []
        for file in (self.root.top / "var/lib/chasquid/queue").glob("*"):
            text = file.read_text(errors="replace")
            if recipient in text:
                reason = re.search(r'last_failure_message:\s*"((?:[^"\\]|\\.)*)"', text)
                found.append(Queued(file.name, reason[1] if reason else ""))
        return found

    def retry(self):
        """It has no command for that; it tries at its start."""
        self.daemon.terminate()
        self.daemon.wait()
        self.run_daemon()

    def own_schedule(self):
        """Constants of the program (queue.go)."""
        return "first after 1m, then at growing intervals up to 20m, for 20h"


PEER = Chasquid
