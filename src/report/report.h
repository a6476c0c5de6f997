// Report: tells the sender of a message what became of it (RFC 3464 in a multipart/report of RFC
// 6522).
//
// A pure function of values: time, Message-ID and queue id are passed in. The person's part comes
// first, then fields for programs, then the original's header or the whole of it. What peers said
// is data: no control character of theirs gets out, lines keep to 998 octets, CRLF only. The result
// is ASCII unless the reverse-path needs SMTPUTF8 or a whole 8-bit message is given back; RFC 6533
// forms are used where text beyond ASCII must be said, then in quoted-printable. Sending it from
// `<>` is the caller's; so is never to write one for a null reverse-path (report/dsn_requested.h).
// Requirements 44, 45, 49, 50, 51 and 56. Known gaps: English only, no Localized-Diagnostic; a
// report names no mailing list's members.
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

// What a remote host said over SMTP: the text of each line behind the reply code, as it came.
struct RemoteReply {
    codes::ReplyCode code;
    std::vector<std::string> lines = {};
};

struct Attempt {
    std::chrono::sys_seconds time;
    std::string host = {};     // its name; empty when none was chosen yet
    std::string address = {};  // its IP address; empty when none was dialled
    codes::Stage stage = codes::Stage::lookup;
    // The host's words, or ours where it said nothing: "no answer within 30 s".
    std::variant<RemoteReply, std::string> outcome = std::string();
};

struct RecipientOutcome {
    std::size_t recipient = 0;  // which one in Envelope::recipients
    Action action = Action::failed;
    // Class 2 for what went well, 4 for delayed, 4 or 5 for failed. X.0.0 only where nobody knows.
    codes::EnhancedCode status;
    std::vector<Attempt> attempts = {};  // every one, in the order of time
    // Which attempt decided. Its host is the Remote-MTA and its words the Diagnostic-Code, if a
    // host spoke there at all.
    std::optional<std::size_t> decided_by = {};
    std::optional<std::chrono::sys_seconds> retry_until = {};  // for delayed
};

struct Report {
    std::string reporting_mta;  // our host name
    std::string from_name;      // "Mail Delivery System"; at most 100 octets
    mail::Address from;         // in ASCII
    std::string message_id;     // of the report, with its angle brackets
    std::chrono::sys_seconds date;
    std::string queue_id;  // of the message: letters and digits, at most 40
    std::chrono::sys_seconds arrival;
    mail::Envelope envelope;                 // its reverse-path is not null
    std::vector<RecipientOutcome> outcomes;  // at least one; those that are wished for
    // The message as it came, or the beginning of it, the header at least.
    std::string_view original = {};
    bool original_is_whole = false;
};

// For the transaction that carries it.
struct ReportMessage {
    std::string content;
    mail::Body body = mail::Body::seven_bit;
    bool needs_smtputf8 = false;
};

// The fields' promises must hold: it ends the program where they do not. Everything else may be any
// octets.
ReportMessage write_report(const Report& report);

// The words of the host at the attempt that decided; null when no host spoke there.
const RemoteReply* deciding_reply(const RecipientOutcome& outcome);

}  // namespace turnaway::report
