"""`turnaway check --connect` and STARTTLS: hosts with good, expired, foreign and self-signed certificates, hosts that break what they
offer. Whatever TLS comes to, the answer is yes, and no mail is named.

No network, no port 25, no right is needed.
"""
import json
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

import nsd_zone
from certificate_maker import CertificateMaker
from relay_daemon import free_port, loopback_block
from smtp_host import SILENT, Close, SmtpHost

BIN = pathlib.Path(os.environ["TURNAWAY_BIN"])
LIMIT_S = 120
DAY_S = 86400
SHORT_S, EXPIRED_DAYS, LEFT_DAYS = 2, 3, 40
OFFERS = ("PIPELINING", "STARTTLS")


def stamp(days):
    """A time so many days from now, and half a day, as openssl wants it."""
    return time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + days * DAY_S + DAY_S / 2))


def in_tls(inside, outside):
    return lambda _argument, dialogue: inside if dialogue.encrypted else outside


class Mute:
    """Instead of a context for TLS: takes the handshake and says nothing."""

    def wrap_socket(self, client, server_side):
        while client.recv(4096):
            pass
        raise ConnectionError


class CheckTlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        maker = CertificateMaker(folder.name)
        cls.authority = maker.authority
        hello = f"250-mx\n250 {OFFERS[1]}"
        settings = {
            "good": {"tls": maker.context("good.hosts.test", end=stamp(LEFT_DAYS))},
            "wild": {"tls": maker.context("*.hosts.test")},
            "expired": {"tls": maker.context("expired.hosts.test", end=stamp(-EXPIRED_DAYS - 1))},
            "early": {"tls": maker.context("early.hosts.test", begin=stamp(3))},
            "other": {"tls": maker.context("somebody.else.test")},
            "selfmade": {"tls": maker.self_signed_context("selfmade.hosts.test")},
            "plain": {},
            "busy": {"script": {"STARTTLS": "454 4.7.0 TLS not available"}, "extensions": OFFERS},
            "breaks": {"script": {"STARTTLS": Close("220 Go on")}, "extensions": OFFERS},
            "babbles": {"script": {"STARTTLS": "220 Go on"}, "extensions": OFFERS},
            "hangs": {"script": {"STARTTLS": SILENT}, "extensions": OFFERS},
            "mute": {"tls": Mute()},
            "early-talk": {"script": {"STARTTLS": "220 Go on\n250 and on"}, "extensions": OFFERS},
            "turns": {"script": {"EHLO": in_tls("521 turns Host does not accept mail", hello)},
                      "tls": maker.context("turns.hosts.test")},
            "leaves": {"script": {"EHLO": in_tls(Close(), hello)}, "tls": maker.context("leaves.hosts.test")},
        }
        block = loopback_block()
        cls.port = free_port(f"{block}.10")
        cls.hosts, lines = {}, []
        for number, (name, options) in enumerate(settings.items(), 10):
            cls.hosts[name] = SmtpHost(f"{block}.{number}", cls.port, options.pop("script", None), **options)
            cls.addClassCleanup(cls.hosts[name].close)
            lines += [f"{name}.test. MX 10 {name}.hosts.test.", f"{name}.hosts.test. A {block}.{number}"]
        cls.zone = nsd_zone.NsdZone(f"{block}.53", lines)
        cls.addClassCleanup(cls.zone.stop)

    def run_check(self, *arguments):
        command = [BIN / "turnaway", "check", "--connect", "--loopback-allowed", "--private-allowed", "--port", str(self.port),
                   "--resolver", f"{self.zone.address}@{self.zone.port}", "--timeout", f"{SHORT_S}s", *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False,
                              env=dict(os.environ, SSL_CERT_FILE=str(self.authority)))

    def tls_of(self, name):
        """What --json says of its one host. The answer is always yes, with the reply to the first EHLO."""
        result = self.run_check("--json", f"{name}.test")
        found = json.loads(result.stdout)
        self.assertEqual((found["accepts_mail"], found["verdict"], found["code"], result.returncode), ("yes", "accepts", "250", 0), found)
        host, = found["hosts"]
        self.assertEqual((host["end"], host["stage"], host["replies"][-1]["to"]), ("accepts", "EHLO", "EHLO"))
        if name != "babbles":  # which takes the handshake for commands
            self.assertLessEqual({line.split()[0] for line in self.hosts[name].commands()}, {"EHLO", "STARTTLS", "QUIT"})
        return host["tls"]

    def test_a_good_certificate(self):
        tls = self.tls_of("good")
        self.assertEqual((tls["state"], tls["problem"], tls["version"]), ("works", None, "TLSv1.3"))
        certificate = tls["certificate"]
        self.assertEqual(certificate["names"], ["good.hosts.test"])
        self.assertEqual(certificate["issuer"], "CN=Authority of a test")
        self.assertEqual((certificate["days_left"], certificate["expired"]), (LEFT_DAYS, False))
        self.assertEqual([certificate[key] for key in ("name_matches", "trusted", "self_signed", "distrust")], [True, True, False, None])
        self.assertEqual(tls["words"], f"TLSv1.3; the certificate is trusted and good for {LEFT_DAYS} days")
        # QUIT may still be on its way: nobody waits for it.
        hello, *others = self.hosts["good"].dialogues[-1].lines
        self.assertEqual(others[:2], ["STARTTLS", hello])

    def test_a_wildcard_is_for_its_hosts(self):
        self.assertTrue(self.tls_of("wild")["certificate"]["name_matches"])

    def test_an_expired_certificate(self):
        tls = self.tls_of("expired")
        self.assertEqual((tls["certificate"]["expired"], tls["certificate"]["trusted"]), (True, False))
        self.assertIn(f"expired {EXPIRED_DAYS} days ago", tls["words"])

    def test_a_certificate_of_tomorrow(self):
        self.assertIn("not valid yet", self.tls_of("early")["words"])

    def test_a_certificate_for_another_name(self):
        tls = self.tls_of("other")
        self.assertEqual((tls["certificate"]["name_matches"], tls["certificate"]["trusted"]), (False, True))
        self.assertIn("for somebody.else.test, not for other.hosts.test", tls["words"])

    def test_a_self_signed_certificate(self):
        certificate = self.tls_of("selfmade")["certificate"]
        self.assertEqual((certificate["self_signed"], certificate["trusted"], certificate["name_matches"]), (True, False, True))

    def test_what_is_offered_and_does_not_work(self):
        for name, state, words in (("plain", "not-offered", "not offered"), ("busy", "refused", "454 4.7.0 TLS not available"),
                                   ("breaks", "failed", ""), ("babbles", "failed", "wrong version"),
                                   ("hangs", "failed", "no answer within the timeout"),
                                   ("mute", "failed", "no answer within the timeout"), ("early-talk", "failed", "not SMTP"),
                                   ("turns", "failed", "521 turns"), ("leaves", "failed", "closed the connection")):
            with self.subTest(name):
                tls = self.tls_of(name)
                self.assertEqual(tls["state"], state)
                self.assertIn(words, tls["words"])

    def test_the_line_that_matters_and_all_with_why(self):
        page = self.run_check("other.test").stdout
        self.assertRegex(page, r"(?m)^ +\d+ ms  STARTTLS   TLSv1\.3; the certificate is for somebody\.else\.test, not for other\.hosts\.test$")
        self.assertNotIn("issued by", page)
        page = self.run_check("--why", "other.test").stdout
        for words in ("cipher ", "certificate for somebody.else.test", "issued by CN=Authority of a test", "valid from 2020-01-01 to"):
            self.assertIn(words, page)

    def test_fix_has_a_hint_and_the_answer_stays(self):
        for name, words in (("expired", "has expired"), ("other", "is for another name")):
            result = self.run_check("--fix", f"{name}.test")
            self.assertEqual(result.returncode, 0)
            self.assertIn(f"The certificate of {name}.hosts.test {words}: give it one for {name}.hosts.test.", result.stdout)
        self.assertNotIn("certificate of", self.run_check("--fix", "good.test").stdout)
        self.assertNotIn("certificate of", self.run_check("--fix", "selfmade.test").stdout)


if __name__ == "__main__":
    unittest.main()
