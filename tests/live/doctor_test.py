"""`turnaway doctor`: each finding about configuration, DNS and network provoked, against servers that the test makes itself."""
import json
import os
import pathlib
import socket
import subprocess
import unittest

from doctor_case import A, AAAA, BIN, HOSTNAME, IS_ROOT, LIMIT_S, PTR, SERVFAIL, DoctorTest, NameServer, Says, closed_port


class Configuration(DoctorTest):
    def test_all_is_well(self):
        self.write(more="[delivery]\nport = 2600")
        with Says(b"220 mx.example ESMTP\r\n") as host:
            found = self.doctor("--port25-target", f"127.0.0.1:{host.port}")
        for check in ("configuration", "resolver", "hostname", "port25", "listen", "certificate", "spool", "control"):
            self.check_only(found, check, "ok")
        self.assertEqual(list(found), ["configuration", "clock", "resolver", "hostname", "port25", "listen", "user",
                                       "certificate", "disk", "spool", "control"])
        self.assertEqual(list(self.folder.iterdir()), [self.config], "the doctor leaves something behind")

    def test_each_fault_with_its_line(self):
        self.config.write_text('hostname = "x.example"\n[listen]\nsmpt = ["127.0.0.1:25"]\n[delivery]\nport = 70000\n')
        found = self.doctor()
        self.check(found, "configuration", "problem", f"{self.config}:3: ")
        self.check(found, "configuration", "problem", f"{self.config}:5: ")
        self.check(found, "configuration", "unknown", "Nothing else was checked")
        self.assertEqual(set(found), {"configuration", "clock"})

    def test_a_key_under_its_old_name(self):
        self.write(more="[delivery]\ngreeting_5yz = \"defer\"")
        self.check(self.doctor(), "configuration", "warning", "[delivery] greeting_5yz is now called greeting_5xx")

    def test_no_file(self):
        self.check(self.doctor(), "configuration", "problem", "relay.conf")

    def test_open_relay_and_closed_relay(self):
        self.write(relay='networks = ["0.0.0.0/0"]')
        self.check(self.doctor(), "configuration", "problem", "open relay")
        self.write(relay="networks = []")
        self.check(self.doctor(), "configuration", "warning", "does not accept mail from anyone")

    def test_others_may_write_the_file(self):
        self.write()
        self.config.chmod(0o666)
        self.check(self.doctor(), "configuration", "warning", "may change")

    def test_json_is_as_its_schema_says(self):
        self.write()
        schema = json.loads((pathlib.Path(__file__).parents[2] / "docs/schema/doctor.json").read_text())
        self.assertEqual(list(schema["properties"]), ["type", "check", "health", "words", "fix"])
        of_gate = {"gate", "postfix", "socket"}  # doctor_gate_test.py
        self.assertEqual(set(schema["properties"]["check"]["enum"]) - of_gate, set(self.doctor()))

    def test_for_people(self):
        self.write(relay="networks = []")
        result = subprocess.run([BIN / "turnaway", "doctor", "--config", self.config], capture_output=True, text=True,
                                timeout=LIMIT_S)
        self.assertRegex(result.stdout, r"(?m)^warning +configuration +The relay does not accept mail from anyone")
        self.assertIn("-> List the clients that may send", result.stdout)
        self.assertNotIn("\x1b", result.stdout)

    def test_command_line_and_output(self):
        def run(*options, **keywords):
            return subprocess.run([BIN / "turnaway", "doctor", *options], capture_output="stdout" not in keywords,
                                  text=True, timeout=LIMIT_S, **keywords)
        self.assertEqual(run("--nonsense").returncode, 64)
        self.assertIn("Example:", run("--help").stdout)
        self.write()
        with open("/dev/full", "w") as full:
            self.assertEqual(run("--config", str(self.config), stdout=full, stderr=subprocess.DEVNULL).returncode, 74)


class Dns(DoctorTest):
    def resolver_with(self, server, *options, more=""):
        self.write(dns=f'forward = ["127.0.0.1@{server.port}"]\n{more}')
        return self.doctor(*options)

    def test_answers_and_names(self):
        with NameServer({("iana.org", A): ["192.0.2.1"], (HOSTNAME, A): ["192.0.2.9"], (HOSTNAME, AAAA): ["2001:db8::9"],
                         ("9.2.0.192.in-addr.arpa", PTR): [HOSTNAME],
                         ("9" + ".0" * 23 + ".8.b.d.0.1.0.0.2.ip6.arpa", PTR): ["other.example"]}) as server:
            found = self.resolver_with(server)
        self.check_only(found, "resolver", "ok")
        self.check(found, "hostname", "ok", "192.0.2.9")
        self.check(found, "hostname", "warning", "2001:db8::9, whose PTR record is other.example")

    def test_a_name_without_records_is_an_answer(self):
        with NameServer({}) as server:
            found = self.resolver_with(server)
        self.check_only(found, "resolver", "ok")
        self.check(found, "hostname", "problem", "no address")

    def test_servers_that_fail(self):
        with NameServer({}, rcode=SERVFAIL) as server:
            found = self.resolver_with(server)
        self.check(found, "resolver", "problem", "SERVFAIL")
        self.check_only(found, "hostname", "unknown")

    def test_servers_that_are_silent(self):
        with NameServer({}, rcode=None) as server:
            found = self.resolver_with(server)
        self.check(found, "resolver", "problem", "no answer within")
        self.check_only(found, "hostname", "unknown")

    def test_no_reverse_name(self):
        # libunbound knows by itself that 127.0.0.1 is localhost.
        self.dns = [line.replace("127.0.0.1", "192.0.2.9") for line in self.dns[:2]]
        self.dns.append("9.2.0.192.in-addr.arpa. 300 IN TXT none")
        self.write()
        self.check(self.doctor(), "hostname", "warning", "192.0.2.9, which has no PTR record")

    def test_hostname_of_one_label(self):
        self.write(hostname="localhost")
        self.check(self.doctor(), "hostname", "problem", "not fully qualified")

    def test_anchor(self):
        self.write(dns=f'trust_anchor = "{self.folder}/no.key"')
        self.check(self.doctor(), "resolver", "problem", "no.key")
        # A key of the root that nobody's signatures fit, before servers that sign nothing.
        anchor = self.folder / "root.key"
        anchor.write_text(". IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D\n")
        more = f'trust_anchor = "{anchor}"'
        with NameServer({("iana.org", A): ["192.0.2.1"]}) as server:
            found = self.resolver_with(server, more=more)
        self.check(found, "resolver", "problem", "does not validate")
        # Local data has no signatures, so no proof.
        self.write(dns=f'local_data = {json.dumps(self.dns)}\n{more}')
        self.check(self.doctor(), "resolver", "warning", "without a proof")


class Network(DoctorTest):
    def test_port25(self):
        self.write()
        with Says(b"521 mx.example Host does not accept mail\r\n") as host:
            self.check(self.doctor("--port25-target", f"127.0.0.1:{host.port}"), "port25", "ok", "521 mx.example")
        with Says(b"SSH-2.0-x\r\n") as host:
            found = self.doctor("--port25-target", f"127.0.0.1:{host.port}")
            self.check(found, "port25", "warning", "does not speak SMTP: SSH-2.0-x")
        with Says(None) as host:
            self.check(self.doctor("--port25-target", f"127.0.0.1:{host.port}"), "port25", "warning", "sent no greeting")
        self.check(self.doctor("--port25-target", f"127.0.0.1:{closed_port()}"), "port25", "warning", "Connection refused")
        self.check(self.doctor("--port25-target", "a b"), "port25", "unknown", "is not a host name")

    def test_port25_by_name(self):
        self.write()
        with Says(b"220 mx.example\r\n") as host:
            self.check(self.doctor("--port25-target", f"{HOSTNAME}:{host.port}"), "port25", "ok", HOSTNAME)

    def test_through_the_smarthost(self):
        with Says(b"220 smart.example\r\n") as host:
            self.write(more=f'[route]\n"*" = "127.0.0.1:{host.port}"')
            self.check(self.doctor(), "port25", "ok", "220 smart.example")

    def test_another_port_is_not_tried(self):
        self.write(more="[delivery]\nport = 2600")
        self.check(self.doctor(), "port25", "unknown", "It was not tested")

    def test_without_a_network_nothing_is_said_against_it(self):
        where = ["unshare", "--net", *([] if IS_ROOT else ["--user", "--map-root-user"]), "--"]
        if subprocess.run([*where, "true"], capture_output=True).returncode != 0:
            self.skipTest("no network namespace of its own to be had here")
        where += ["sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
        self.write(dns='forward = ["192.0.2.53"]')
        found = self.doctor(program=where)
        self.check_only(found, "resolver", "unknown")
        self.check_only(found, "port25", "unknown")
        self.check_only(found, "hostname", "unknown")
        self.check_only(self.doctor("--port25-target", "192.0.2.1", program=where), "port25", "unknown")

    def test_listen(self):
        with Says(b"220 other.example ESMTP\r\n") as other:
            self.write(listen=f"127.0.0.1:{other.port}")
            self.check(self.doctor(), "listen", "problem", "another program already listens")
        with Says(f"220 {HOSTNAME} ESMTP\r\n".encode()) as same:
            self.write(listen=f"127.0.0.1:{same.port}")
            self.check(self.doctor(), "listen", "ok", "The relay listens")
        self.write(listen=f"192.0.2.77:{closed_port()}")
        self.check(self.doctor(), "listen", "problem", "no address for")

    def test_control(self):
        path = str(self.folder / "control.sock")
        self.write(control=path)
        self.check(self.doctor(), "control", "ok", "No relay is running")
        with Says(None, family=socket.AF_UNIX, address=path, reply=b'{"messages":0}\n'):
            self.check(self.doctor(), "control", "ok", "answers at")
        self.check(self.doctor(), "control", "warning", "No program listens")
        os.unlink(path)
        with Says(None, family=socket.AF_UNIX, address=path):
            self.check(self.doctor(), "control", "problem", "not the relay")
        self.write(control="/" + "x" * 120)
        self.check(self.doctor(), "control", "problem", "too long")


if __name__ == "__main__":
    unittest.main()
