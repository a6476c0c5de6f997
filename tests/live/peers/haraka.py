"""Haraka as a peer: the package of the npm registry, run by Debian's node. It delivers no local mail:
its reports go by SMTP to the domain's mail host, which is a host of ours on the same machine."""
import email.utils
import json
import re
import smtplib

from mailbox import Mailbox
from namespace import Network
from peer import SENDER, USER, Peer, Queued, answers_smtp
from root import DOMAIN
from smtp_host import SmtpHost

PLACE = "/opt/haraka"
PROGRAM = "/usr/local/lib/node_modules/Haraka/bin/haraka"
PORT = 2525


class Haraka(Peer):
    name = "haraka"
    title = "Haraka"
    package = "nodejs"
    source = "Haraka of the npm registry, on Debian's nodejs,"
    lifetime_days = 3
    setup = [["sh", "-c", "command -v npm || apt-get install --yes --no-install-recommends npm"],
             ["npm", "install", "--global", "--prefix", "/usr/local", "--no-audit", "--no-fund",
              "Haraka"]]
    beyond_defaults = [("`relay_acl_allow` has 127.0.0.1", "otherwise it does not accept mail"),
                       ("no plugin but `relay`", "the default plugins refuse ann's client"),
                       ("`local_mx_ok = true`", "its reports are delivered to a host on the same machine")]

    def start(self):
        self.mail = SmtpHost(Network.NEAR, 25, on_message=self.keep)
        folder = self.root.top / "home" / USER / "Maildir"
        for part in ("tmp", "new", "cur"):
            (folder / part).mkdir(parents=True)
        self.root.run(PROGRAM, "--install", PLACE)
        for name, text in {"smtp.ini": f"listen=127.0.0.1:{PORT}\nnodes=0\n", "plugins": "relay\n",
                           "relay.ini": "[relay]\nacl=true\n", "relay_acl_allow": "127.0.0.1/32\n",
                           "outbound.ini": "local_mx_ok=true\n", "me": f"{DOMAIN}\n",
                           "loglevel": "PROTOCOL\n"}.items():
            self.root.write(f"{PLACE}/config/{name}", text)
        self.run_daemon()

    def run_daemon(self):
        self.daemon = self.root.start("sh", "-c", f"exec {PROGRAM} -c {PLACE} > {PLACE}/log 2>&1")
        self.wait_for(lambda: answers_smtp(PORT), "start")

    def version(self):
        package = self.root.read("/usr/local/lib/node_modules/Haraka/package.json")
        return json.loads(package)["version"]

    def keep(self, message):
        """A report for ann, as any mail host would deliver it."""
        name = email.utils.make_msgid(domain="sender")[1:-1].replace("/", "_")
        place = self.root.top / "home" / USER / "Maildir"
        (place / "tmp" / name).write_bytes(message.content)
        (place / "tmp" / name).rename(place / "new" / name)

    def mailbox(self):
        return Mailbox(self.root.top / "home" / USER / "Maildir")

    def hand_over(self, recipient, message):
        with smtplib.SMTP("127.0.0.1", PORT, local_hostname="localhost", timeout=20) as client:
            client.sendmail(SENDER, [recipient], message)

    def queue(self, recipient):
        found = []
        for file in (self.root.top / f"{PLACE}/queue".lstrip("/")).glob("*"):
            text = file.read_text(errors="replace")
            if recipient in text:
                found.append(Queued(file.name, self.reason(recipient)))
        return found

    def reason(self, recipient):
        domain = re.escape(recipient.partition("@")[2])
        found = re.findall(rf"[Tt]emp.* fail.*: (.*{domain}.*)", self.root.read(f"{PLACE}/log"))
        return found[-1] if found else ""

    def retry(self):
        self.daemon.terminate()
        self.daemon.wait()
        self.run_daemon()

    def own_schedule(self):
        """The default of `maxTempFailures`, 13, as intervals (outbound/config.js)."""
        return "first after 64s, then at doubled intervals up to 36h, for 3d"


PEER = Haraka
