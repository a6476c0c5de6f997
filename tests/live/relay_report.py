"""A report of the relay as Python's own mail parser reads it (requirements 44, 45, 50, 51).

Promises: `read` fails for what is no report of RFC 3464 or RFC 6533 from the null reverse-path: three parts of the right types,
Reporting-MTA, and for each recipient Final-Recipient, Action and Status. Fields are plain text, unfolded.
"""
import email
import email.policy
import quopri
import re

STATUS_TYPES = ("message/delivery-status", "message/global-delivery-status")
RETURNED_TYPES = ("message/rfc822", "text/rfc822-headers", "message/global", "message/global-headers")


def check(condition, what):
    if not condition:
        raise AssertionError(what)


def fields_of(group):
    parsed = email.message_from_string(group, policy=email.policy.compat32)
    return {name: re.sub(r"\r?\n\s*", " ", str(value)) for name, value in parsed.items()}


class Report:
    """`about` is the message's group of fields, `recipients` one dictionary each, `text` the person's part."""

    def __init__(self, message):
        self.message = message
        self.parsed = email.message_from_bytes(message.content, policy=email.policy.compat32)
        check(self.parsed.get_content_type() == "multipart/report", f"it is {self.parsed.get_content_type()}")
        check(self.parsed.get_param("report-type") == "delivery-status", "the report-type")
        check(str(self.parsed["Auto-Submitted"]).startswith("auto-"), "Auto-Submitted is missing")
        for name in ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version"):
            check(self.parsed[name], f"{name} is missing")
        raw = self._raw_parts()
        types = [head.get_content_type() for head, _ in raw]
        check(len(types) == 3 and types[0] == "text/plain", f"the parts are {types}")
        check(types[1] in STATUS_TYPES and types[2] in RETURNED_TYPES, f"the parts are {types}")
        self.status_type, self.returned_type = types[1:]
        text, status, returned = (body for _, body in raw)
        self.text, self.returned = text.decode("utf-8"), returned
        self.flat = " ".join(self.text.split())
        groups = [group for group in re.split(r"\r\n\r\n", status.decode("utf-8").strip("\r\n")) if group]
        self.about, *self.recipients = [fields_of(group) for group in groups]
        check(self.about.get("Reporting-MTA", "").startswith("dns; "), "Reporting-MTA is missing")
        for fields in self.recipients:
            for name in ("Final-Recipient", "Action", "Status"):
                check(name in fields, f"{name} is missing")
            check(re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", fields["Status"]), f"Status is {fields['Status']}")
            has_words = "Diagnostic-Code" in fields
            check("Remote-MTA" in fields or not has_words, "words of a host without its name")
            check(not has_words or fields["Diagnostic-Code"].startswith("smtp; "), "the Diagnostic-Code is not of smtp")

    def _raw_parts(self):
        """(header, decoded body) of each part; Python takes message/* apart before it looks at the encoding."""
        boundary = self.parsed.get_boundary().encode()
        parts = []
        for piece in self.message.content.split(b"\r\n--" + boundary)[1:-1]:
            head, _, body = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            header = email.message_from_bytes(head + b"\r\n\r\n", policy=email.policy.compat32)
            encoding = str(header["Content-Transfer-Encoding"]).lower()
            parts.append((header, quopri.decodestring(body) if encoding == "quoted-printable" else body))
        return parts

    def only(self):
        check(len(self.recipients) == 1, f"{len(self.recipients)} recipients in the report")
        return self.recipients[0]


def reports(host, recipient):
    """The reports this host got about the recipient, oldest first."""
    found = []
    for message in list(host.messages):
        if not message.sender.upper().startswith("FROM:<>"):
            continue
        report = Report(message)
        if any(fields["Final-Recipient"].partition("; ")[2] == recipient for fields in report.recipients):
            found.append(report)
    return found
