"""`turnaway doctor`: each finding about rights, certificates, disks and the queue provoked; the queues are made by the relay."""
import contextlib
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import sqlite3
import subprocess
import time
import unittest

from doctor_case import BIN, HOSTNAME, IS_ROOT, LIMIT_S, DoctorTest, closed_port


class Rights(DoctorTest):
    def copy_for_nobody(self):
        self.folder.chmod(0o755)
        shutil.copy(BIN / "turnaway", self.folder / "turnaway")
        return {"program": self.folder / "turnaway", "user": pwd.getpwnam("nobody").pw_uid,
                "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": [], "cwd": "/"}

    def test_user_and_group(self):
        self.write(more='[user]\nname = "nobody"')
        self.check(self.doctor(), "user", "ok", "nobody exists")
        self.write(more='[user]\nname = "no-such-user"')
        self.check(self.doctor(), "user", "problem", "no-such-user")
        self.write(control="/run/x.sock\"\ngroup = \"no-such-group")
        self.check(self.doctor(), "user", "problem", "no-such-group")
        self.write()
        self.check_only(self.doctor(), "user", "warning" if IS_ROOT else "ok")

    @unittest.skipUnless(IS_ROOT, "needs root to become somebody without rights")
    def test_low_port_without_rights(self):
        start = int(pathlib.Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
        if start <= 25:
            self.skipTest("this machine lets everybody bind port 25")
        self.write(listen="127.0.0.99:25")
        self.check(self.doctor(**self.copy_for_nobody()), "listen", "problem", "no permission to listen")

    @unittest.skipUnless(IS_ROOT, "needs root to become somebody without rights")
    def test_a_queue_of_somebody_else_is_unknown(self):
        (self.folder / "spool").mkdir(mode=0o700)
        self.write()
        found = self.doctor(**self.copy_for_nobody())
        self.check(found, "disk", "unknown", "Permission denied")
        self.check_only(found, "spool", "unknown")


class Certificates(DoctorTest):
    def make(self, name=HOSTNAME, days=90, begin=None):
        """A certificate and its key, by the openssl program."""
        cert, key = self.folder / "cert.pem", self.folder / "key.pem"
        subprocess.run(["openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                        "-out", self.folder / "request.pem", "-subj", f"/CN={name}"], check=True, capture_output=True)
        # `ca` alone lets both ends be chosen.
        (self.folder / "index.txt").write_text("")
        (self.folder / "serial").write_text("01\n")
        (self.folder / "ca.conf").write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.folder}/index.txt\nserial={self.folder}/serial\n"
            f"new_certs_dir={self.folder}\ndefault_md=sha256\npolicy=p\nx509_extensions=x\n[p]\ncommonName=supplied\n"
            f"[x]\nsubjectAltName=DNS:{name}\n")
        now = time.time()
        stamp = [time.strftime("%Y%m%d%H%M%SZ", time.gmtime(now + 86400 * day))
                 for day in (begin if begin is not None else min(-1, days - 1), days)]
        subprocess.run(["openssl", "ca", "-batch", "-selfsign", "-notext", "-config", self.folder / "ca.conf",
                        "-keyfile", key, "-in", self.folder / "request.pem", "-out", cert, "-startdate", stamp[0],
                        "-enddate", stamp[1]], check=True, capture_output=True)
        key.chmod(0o600)
        self.write(more=f'[tls]\ncert = "{cert}"\nkey = "{key}"')
        return cert, key

    def test_good(self):
        self.make()
        found = self.doctor()
        self.check_only(found, "certificate", "ok")

    def test_times(self):
        self.make(days=5.5)
        self.check(self.doctor(), "certificate", "warning", "expires in 5 days")
        self.make(days=-3.5)
        self.check(self.doctor(), "certificate", "problem", "expired 3 days ago")
        self.make(days=90, begin=2)
        self.check(self.doctor(), "certificate", "problem", "not valid yet")

    def test_another_name(self):
        self.make(name="www.doctor.example")
        self.check(self.doctor(), "certificate", "warning", f"not for {HOSTNAME}")

    def test_key(self):
        cert, key = self.make()
        key.chmod(0o644)
        self.check(self.doctor(), "certificate", "warning", "Every user")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
        self.check(self.doctor(), "certificate", "problem", "is not the key of")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-aes256", "-pass", "pass:x", "-out", key], check=True,
                       capture_output=True)
        self.check(self.doctor(), "certificate", "problem", "passphrase")
        key.unlink()
        self.check(self.doctor(), "certificate", "problem", "cannot be read")
        cert.write_text("nothing\n")
        self.check(self.doctor(), "certificate", "problem", "There is no certificate in")
        cert.unlink()
        self.check(self.doctor(), "certificate", "problem", "cannot be read")


class Queue(DoctorTest):
    def start_relay(self):
        self.write(more=f"[delivery]\nport = {closed_port()}\n[log]\nformat = \"json\"")
        log = self.folder / "relay.log"
        with log.open("w") as file:
            process = subprocess.Popen([BIN / "turnaway-relay", "--config", self.config, "--no-sandbox"], stderr=file)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        end = time.monotonic() + LIMIT_S
        while '"queued"' not in log.read_text():
            self.assertLess(time.monotonic(), end, log.read_text())
            self.assertIsNone(process.poll(), log.read_text())
            time.sleep(0.02)
        return process

    def make_queue(self, content=b"x" * 100):
        """A queue with one message, made by the relay itself; its host refuses connections."""
        self.dns[0] = "iana.org. 300 IN A 127.0.0.98"
        process = self.start_relay()
        address = json.loads(self.config.read_text().split("smtp = ")[1].split("\n")[0])[0]
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), timeout=30) as client, client.makefile("rb") as replies:
            for command in (None, b"HELO x.example", b"MAIL FROM:<a@iana.org>", b"RCPT TO:<b@iana.org>", b"DATA",
                            b"\r\n".join([b"Subject: x", b"", content, b"."])):
                if command:
                    client.sendall(command + b"\r\n")
                self.assertIn(replies.readline()[:1], b"23")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=LIMIT_S), 0)

    def test_whole_and_in_use(self):
        self.make_queue()
        self.check(self.doctor(), "spool", "ok", "intact: 1 messages")
        process = self.start_relay()
        self.check(self.doctor(), "spool", "ok", "in use")
        self.check(self.doctor(), "listen", "ok", "The relay listens")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=LIMIT_S), 0)

    def test_damaged_row(self):
        self.make_queue()
        with contextlib.closing(sqlite3.connect(self.folder / "spool/spool.db")) as database:
            database.execute("UPDATE message SET envelope = x'FF'")
            database.commit()
        self.check(self.doctor(), "spool", "problem", "1 of 1 messages")

    def test_damaged_database(self):
        self.make_queue()
        with open(self.folder / "spool/spool.db", "r+b") as file:
            file.seek(4096)
            file.write(b"\xff" * 8192)
        self.check(self.doctor(), "spool", "problem", "damaged or cannot be used")

    def test_content_that_is_missing(self):
        self.make_queue(content=b"\r\n".join([b"y" * 70] * 8000))
        content, = (self.folder / "spool/content").iterdir()
        self.check(self.doctor(), "spool", "ok", "intact")
        os.truncate(content, 10)
        self.check(self.doctor(), "spool", "problem", "missing or cut")
        content.unlink()
        self.check(self.doctor(), "spool", "problem", "missing or cut")

    def test_rights(self):
        self.make_queue()
        (self.folder / "spool").chmod(0o755)
        self.check(self.doctor(), "spool", "warning", "mode 755")

    @unittest.skipUnless(IS_ROOT, "needs root to give files away")
    def test_owners(self):
        self.make_queue()
        self.folder.chmod(0o755)
        nobody = pwd.getpwnam("nobody")
        self.write(more='[user]\nname = "nobody"')
        self.check(self.doctor(), "spool", "problem", "does not belong to nobody")
        spool = self.folder / "spool"
        os.chown(spool, nobody.pw_uid, nobody.pw_gid)
        self.check(self.doctor(), "spool", "problem", "does not belong to the owner")
        for path in spool.rglob("*"):
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        found = self.doctor()
        self.check_only(found, "spool", "ok")
        owners = {path.stat().st_uid for path in [spool, *spool.rglob("*")]}
        self.assertEqual(owners, {nobody.pw_uid}, "the doctor, as root, has left files of root in the relay's way")

    def test_room(self):
        self.write(spool_more='free_bytes_min = "900GB"')
        self.check(self.doctor(), "disk", "problem", "the relay refuses mail")
        self.write(spool_more="free_bytes_min = 0")
        self.check(self.doctor(), "disk", "ok", "syncs a block")
        free = os.statvfs(self.folder)
        bound = free.f_bavail * free.f_frsize * 2 // 3
        self.write(spool_more=f"free_bytes_min = {bound}")
        self.check(self.doctor(), "disk", "warning", "below")

    def test_no_folder(self):
        self.write(spool=f"{self.folder}/missing/spool")
        self.check(self.doctor(), "disk", "problem", "does not exist")

    def test_disks_in_memory_without_inodes_and_read_only(self):
        where = ["unshare", "--mount", *([] if IS_ROOT else ["--user", "--map-root-user"]), "--"]
        (self.folder / "mounted").mkdir()
        def mounted(options):
            return [*where, "sh", "-c", f'mount -t tmpfs -o {options} none {self.folder}/mounted && exec "$@"', "sh"]
        if subprocess.run([*mounted("size=1m"), "true"], capture_output=True).returncode != 0:
            self.skipTest("no mount namespace of its own to be had here")
        self.write(spool=f"{self.folder}/mounted", spool_more="free_bytes_min = 0")
        found = self.doctor(program=mounted("size=1m,nr_inodes=30"))
        self.check(found, "disk", "warning", "in memory")
        self.check(found, "disk", "problem", "more files (inodes)")
        self.check(self.doctor(program=mounted("size=1m,ro")), "disk", "problem", "Read-only")


if __name__ == "__main__":
    unittest.main()
