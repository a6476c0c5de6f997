// Report: the message that informs a sender of a failure, a delay or a success (RFC 3464 in a
// multipart/report of RFC 6522).
//
// A pure function of values: time, Message-ID and queue id are passed in. The human-readable part
// comes first, then the fields for programs, then the original's header or all of it. Text from
// remote hosts is untrusted: none of its control characters are passed on. Lines end in CRLF and
// have at most 998 octets. The result is ASCII unless the reverse-path needs SMTPUTF8 or a whole
// 8-bit message is returned; other text beyond ASCII uses the RFC 6533 forms, in quoted-printable.
// The caller sends it from `<>`, and never writes one for a null reverse-path
// (report/dsn_requested.h). Requirements 44, 45, 49, 50, 51 and 56. Known gaps: English only, no
// Localized-Diagnostic; members of a mailing list are not named.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "codes/code.h"
#include "codes/stage.h"
#include "mail/envelope.h"

namespace turnaway::report {

enum class Action { failed, delayed, delivered, relayed, expanded };

// A remote host's reply: the text of each line after the reply code, unchanged.
struct RemoteReply {
    codes::ReplyCode code;
    std::vector<std::string> lines = {};
};

struct Attempt {
    std::chrono::sys_seconds time;
    std::string host = {};     // its name; empty if none was chosen yet
    std::string address = {};  // its IP address; empty if none was dialled
    codes::Stage stage = codes::Stage::lookup;
    // The host's reply, or our description if there was none: "no answer within 30 s".
    std::variant<RemoteReply, std::string> outcome = std::string();
};

struct RecipientOutcome {
    std::size_t recipient = 0;  // index in Envelope::recipients
    Action action = Action::failed;
    // Class 2 for success, 4 for delayed, 4 or 5 for failed. X.0.0 only if the cause is unknown.
    codes::EnhancedCode status;
    std::vector<Attempt> attempts = {};  // all of them, in order of time
    // The attempt that decided. Its host is the Remote-MTA and its reply the Diagnostic-Code, if a
    // host replied there at all.
    std::optional<std::size_t> decided_by = {};
    std::optional<std::chrono::sys_seconds> retry_until = {};  // for delayed
};

struct Report {
    std::string reporting_mta;  // this host's name
    std::string from_name;      // "Mail Delivery System"; at most 100 octets
    mail::Address from;         // in ASCII
    std::string message_id;     // of the report, with its angle brackets
    std::chrono::sys_seconds date;
    std::string queue_id;  // of the message: letters and digits, at most 40
    std::chrono::sys_seconds arrival;
    mail::Envelope envelope;                 // its reverse-path is not null
    std::vector<RecipientOutcome> outcomes;  // at least one; only those to be reported
    // The message as received, or its beginning, with at least the header.
    std::string_view original = {};
    bool original_is_whole = false;
};

// Input for the SMTP transaction that sends it.
struct ReportMessage {
    std::string content;
    mail::Body body = mail::Body::seven_bit;
    bool needs_smtputf8 = false;
};

// Ends the program if a field violates the limits stated above. All other text may be any octets.
ReportMessage write_report(const Report& report);

// The host's reply in the attempt that decided; null if no host replied.
const RemoteReply* deciding_reply(const RecipientOutcome& outcome);

}  // namespace turnaway::report
