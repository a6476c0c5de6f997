"""Reads every golden report with Python's own mail parser and holds what it finds against what was meant.

The golden files are what the unit test saw the writer write, so a report that only we can read fails here.
Requirements 44, 50 and 51.
"""
import email
import email.policy
import pathlib
import quopri
import sys
import unittest

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "unit/report/golden"
HEADERS, WHOLE = "text/rfc822-headers", "message/rfc822"

# For each file: the type of the returned part, and for each recipient the fields that matter.
EXPECTED = {
    "null_mx": (HEADERS, [{"Final-Recipient": "rfc822; bob@nomail.example", "Action": "failed", "Status": "5.1.10",
                           "Remote-MTA": None, "Diagnostic-Code": None}]),
    "hosts_say_521": (WHOLE, [{"Original-Recipient": "rfc822; Bob+Lunch@nomail.example",
                               "Final-Recipient": "rfc822; bob@nomail.example", "Action": "failed", "Status": "5.3.2",
                               "Remote-MTA": "dns; mx1.nomail.example",
                               "Diagnostic-Code": "smtp; 521 mx1.nomail.example Host does not accept mail",
                               "Last-Attempt-Date": "Mon, 23 Nov 2026 09:31:00 +0000"}]),
    "delayed": (HEADERS, [{"Action": "delayed", "Status": "4.4.1", "Remote-MTA": None, "Diagnostic-Code": None,
                           "Will-Retry-Until": "Sat, 28 Nov 2026 09:00:00 +0000"}]),
    "relayed_and_delivered": (HEADERS, [{"Action": "relayed", "Status": "2.1.5", "Remote-MTA": "dns; mx.old.example"},
                                        {"Action": "delivered", "Status": "2.1.5", "Remote-MTA": None}]),
    "hostile_host": (HEADERS, [{"Action": "failed", "Status": "5.1.1",
                                "Diagnostic-Code": "smtp; 550-5.1.1 No such user here  550 5.1.1 Good bye"},
                               {"Action": "failed", "Status": "5.0.0"}]),
    "expired": (HEADERS, [{"Action": "failed", "Status": "4.4.7", "Remote-MTA": "dns; mx.slow.example",
                           "Diagnostic-Code": None}]),
    "utf8_recipient": ("message/global-headers", [{"Original-Recipient": "utf-8; jörg@example.org", "Action": "failed",
                                                   "Final-Recipient": "utf-8; jörg@example.org", "Status": "5.6.7"}]),
    "utf8_sender": ("message/global", [{"Final-Recipient": "utf-8; jörg@example.org", "Status": "5.6.7"}]),
}
# RFC 3464 sections 2.2 and 2.3, in their order; gateways have more fields, and we are none.
OF_THE_MESSAGE = ["Original-Envelope-Id", "Reporting-MTA", "Arrival-Date"]
OF_A_RECIPIENT = ["Original-Recipient", "Final-Recipient", "Action", "Status", "Remote-MTA", "Diagnostic-Code",
                  "Last-Attempt-Date", "Final-Log-ID", "Will-Retry-Until"]
ENVELOPE_ID = {"hosts_say_521": "letter 7"}


def octets_of(name):
    return (GOLDEN / f"{name}.txt").read_bytes().replace(b"\n", b"\r\n")


def raw_parts(octets, boundary):
    """The body of each part, decoded; Python takes message/* apart before it looks at the encoding, so this does not ask it."""
    parts = []
    for piece in octets.split(b"\r\n--" + boundary.encode())[1:-1]:
        head, _, body = piece.partition(b"\r\n\r\n")
        parts.append(quopri.decodestring(body) if b"quoted-printable" in head else body)
    return parts


def groups_of(status):
    """The groups of fields of a delivery-status part."""
    text = status.decode("utf-8").strip("\r\n")
    return [email.message_from_string(group + "\r\n", policy=email.policy.compat32) for group in text.split("\r\n\r\n")]


def unfolded(value):
    return None if value is None else str(value).replace("\r\n", "").replace("\n", "")


class GoldenReports(unittest.TestCase):
    def test_every_file_is_expected(self):
        self.assertEqual({path.stem for path in GOLDEN.glob("*.txt")}, set(EXPECTED))

    def test_each_is_a_multipart_report(self):
        for name, (returned_type, _) in EXPECTED.items():
            with self.subTest(name):
                message = email.message_from_bytes(octets_of(name), policy=email.policy.SMTP)
                self.assertEqual(message.get_content_type(), "multipart/report")
                self.assertEqual(message.get_param("report-type"), "delivery-status")
                self.assertEqual(message["Auto-Submitted"], "auto-replied")
                self.assertEqual(message["MIME-Version"], "1.0")
                self.assertEqual(message["Date"].datetime.isoformat(), "2026-11-23T13:00:00+00:00")
                self.assertEqual(message["From"].addresses[0].addr_spec, "postmaster@relay.example.net")
                parts = message.get_payload()
                self.assertEqual([part.get_content_type() for part in parts],
                                 ["text/plain", parts[1].get_content_type(), returned_type])
                kind = "global-delivery-status" if name.startswith("utf8") else "delivery-status"
                self.assertEqual(parts[1].get_content_type(), f"message/{kind}")
                self.assertFalse([part.defects for part in message.walk() if part.defects])
                self.assertRegex(parts[0].get_content(), r"\AYour message to [^\n]+")
                self.assertIn("\nWhat to do: ", parts[0].get_content())

    def test_each_says_what_was_meant(self):
        for name, (_, recipients) in EXPECTED.items():
            with self.subTest(name):
                octets = octets_of(name)
                boundary = email.message_from_bytes(octets).get_boundary()
                groups = groups_of(raw_parts(octets, boundary)[1])
                self.assertEqual(groups[0]["Reporting-MTA"], "dns; relay.example.net")
                self.assertEqual(groups[0]["Original-Envelope-Id"], ENVELOPE_ID.get(name))
                self.assertEqual(len(groups) - 1, len(recipients))
                for group, fields in zip(groups[1:], recipients):
                    for field, value in fields.items():
                        self.assertEqual(unfolded(group[field]), value, field)

    def test_the_fields_come_once_and_in_their_order(self):
        for name in EXPECTED:
            with self.subTest(name):
                octets = octets_of(name)
                status = raw_parts(octets, email.message_from_bytes(octets).get_boundary())[1]
                about, *recipients = groups_of(status)
                self.assertEqual(about.keys(), [field for field in OF_THE_MESSAGE if field in about])
                self.assertTrue({"Reporting-MTA", "Arrival-Date"} <= set(about.keys()))
                self.assertRegex(about["Arrival-Date"], r"^\w{3}, \d{1,2} \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}$")
                for fields in recipients:
                    self.assertEqual(fields.keys(), [field for field in OF_A_RECIPIENT if field in fields])
                    self.assertTrue({"Final-Recipient", "Action", "Status", "Final-Log-ID"} <= set(fields.keys()))
                    self.assertEqual(fields["Final-Log-ID"], "4QzX7")
                    self.assertEqual("Will-Retry-Until" in fields, fields["Action"] == "delayed")
                    self.assertRegex(fields["Status"], r"^[245]\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$")
                    self.assertEqual("Last-Attempt-Date" in fields, fields["Action"] != "delivered")
                    has_orcpt = name in ("hosts_say_521", "utf8_recipient", "utf8_sender")
                    self.assertEqual("Original-Recipient" in fields, has_orcpt)

    def test_the_status_is_seven_bit(self):
        for name in EXPECTED:
            if not name.startswith("utf8"):  # RFC 6533 has its own type for those
                with self.subTest(name):
                    octets = octets_of(name)
                    status = raw_parts(octets, email.message_from_bytes(octets).get_boundary())[1]
                    self.assertTrue(status.isascii())
                    self.assertLessEqual(max(len(line) for line in status.split(b"\r\n")), 998)

    def test_the_original_comes_back(self):
        for name, (returned_type, _) in EXPECTED.items():
            with self.subTest(name):
                octets = octets_of(name)
                message = email.message_from_bytes(octets, policy=email.policy.SMTP)
                returned = raw_parts(octets, message.get_boundary())[2].decode("utf-8")
                whole = returned_type in (WHOLE, "message/global")
                self.assertEqual("\r\n\r\n" in returned, whole)
                self.assertIn("Subject: Grüße\r\n" if name.startswith("utf8") else "Subject: Lunch\r\n", returned)
                if not name.startswith("utf8"):
                    self.assertEqual(message["In-Reply-To"], "<lunch.1@sender.example>")

    def test_the_subject_names_the_recipient(self):
        for name in ("utf8_recipient", "utf8_sender"):
            message = email.message_from_bytes(octets_of(name), policy=email.policy.SMTPUTF8)
            subject = message["Subject"].encode("utf-8", "surrogateescape").decode("utf-8")
            self.assertEqual(subject, "Not delivered: your message to jörg@example.org")


if __name__ == "__main__":
    sys.exit(unittest.main())
