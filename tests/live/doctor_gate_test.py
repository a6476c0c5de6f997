"""`turnaway doctor --gate` with outputs of postconf as given, and sockets that answer, do not, or cannot be reached.

The real postconf is asked by gate_matrix.py.
"""
import socket
import unittest

from doctor_case import DoctorTest, Says, closed_port
from relay_daemon import toml

ANSWER = b"action=DUNNO\n\n"


class Gate(DoctorTest):
    def examine(self, place, answer=ANSWER, listen=None, chroot="y", **keys):
        """The findings with Postfix asking `place`; a program listens at `listen`, by default inside the chroot."""
        queue = self.folder / "queue"
        (queue / "turnaway").mkdir(parents=True, exist_ok=True)
        self.config.write_text(toml({"": {"hostname": "gate.example", **keys},
                                     "listen": {"policy": [str(queue / "turnaway/policy.sock")]}}))
        postconf = self.folder / "postconf"
        postconf.write_text(f"compatibility_level = 3.6\nqueue_directory = {queue}\nmail_owner = nobody\n"
                            f"smtpd_recipient_restrictions = check_policy_service {{ {place}, timeout=4s, default_action=DUNNO }}\n"
                            f"smtp/inet/chroot = {chroot}\n")
        at = listen or queue / "turnaway/policy.sock"
        if answer is None:
            return self.doctor("--gate", "--postconf", postconf)
        with Says(None, socket.AF_UNIX, str(at), reply=answer):
            self.folder.chmod(0o755)
            at.chmod(self.mode)
            return self.doctor("--gate", "--postconf", postconf)

    def setUp(self):
        super().setUp()
        self.mode = 0o666

    def test_all_is_well(self):
        found = self.examine("unix:turnaway/policy.sock")
        for check in ("gate", "postfix", "socket"):
            self.check_only(found, check, "ok")

    def test_the_gate_observes(self):
        self.check(self.examine("unix:turnaway/policy.sock", mode="observe"), "gate", "warning", "refuses nothing")

    def test_outside_the_chroot(self):
        outside = self.folder / "policy-turnaway.sock"
        self.check(self.examine(f"unix:{outside}", listen=outside), "socket", "problem", "runs in the chroot")
        outside.unlink()
        self.check_only(self.examine(f"unix:{outside}", listen=outside, chroot="n"), "socket", "ok")

    def test_no_socket(self):
        self.check(self.examine("unix:turnaway/policy.sock", answer=None), "socket", "problem", "There is no socket")

    def test_the_user_of_postfix_may_not_use_it(self):
        self.mode = 0o600
        self.check(self.examine("unix:turnaway/policy.sock"), "socket", "problem", "The user nobody of Postfix may not use")

    def test_another_program_answers(self):
        self.check(self.examine("unix:turnaway/policy.sock", answer=b"220 hello\r\n"), "socket", "problem", "is not the gate's")

    def test_nobody_listens(self):
        place = f"inet:127.0.0.1:{closed_port()}"
        found = self.examine(place, answer=None)
        self.check(found, "postfix", "problem", "does not ask the gate")

    def test_a_configuration_with_an_error(self):
        self.config.write_text("[answer]\ndeadline = \"soon\"\n")
        self.check(self.doctor("--gate"), "gate", "problem", "deadline")

    def test_no_settings_of_postfix(self):
        self.config.write_text("")
        self.check(self.doctor("--gate", "--postconf", "/dev/null"), "postfix", "unknown", "There are no settings of Postfix")


if __name__ == "__main__":
    unittest.main()
