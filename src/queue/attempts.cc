#include "queue/attempts.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "codes/constants.h"
#include "queue/history.h"

namespace turnaway::queue {
namespace {

using codes::EnhancedCode;
using smtp::ClientCause;
using smtp::ClientOutcome;
using smtp::ClientVerdict;

RemoteWords words_of(const smtp::Reply& reply) {
    RemoteWords words{.code = reply.code};
    std::size_t room = base::limits::kept_reply_bytes_max;
    for (const std::string& line : reply.lines) {
        if (words.lines.size() == base::limits::kept_reply_lines_max) break;
        if (!words.lines.empty() && room == 0) break;
        words.lines.push_back(line.substr(0, room));
        room -= words.lines.back().size();
    }
    return words;
}

std::string describe_wait(codes::Stage stage, std::optional<std::chrono::seconds> waited) {
    std::string text =
        stage == codes::Stage::content ? "the host stopped accepting the message" : "no answer";
    if (!waited) return text + " in time";
    return text + " within " + std::to_string(waited->count()) + " s";
}

}  // namespace

std::string describe(const ClientOutcome& outcome, std::optional<std::chrono::seconds> waited) {
    switch (outcome.cause) {
        case ClientCause::replied:
        case ClientCause::host_takes_no_mail:
            return "";
        case ClientCause::lost:
            return outcome.stage == codes::Stage::connect ? "the host does not accept connections"
                                                          : "the host closed the connection";
        case ClientCause::timed_out:
            return describe_wait(outcome.stage, waited);
        case ClientCause::not_a_reply:
            return "the host's reply is not SMTP";
        case ClientCause::out_of_step:
            return "the host's reply is out of sequence";
        case ClientCause::tls_not_offered:
            return "it does not offer STARTTLS, which is required for this domain";
        case ClientCause::tls_refused:
            return "it refuses STARTTLS, which is required for this domain";
        case ClientCause::tls_failed:
            return "the TLS handshake failed";
        case ClientCause::smtputf8_missing:
            return "it does not support non-ASCII addresses or headers (SMTPUTF8)";
        case ClientCause::eight_bit_mime_missing:
            return "it does not support 8-bit content (8BITMIME)";
        case ClientCause::content_too_big:
            return "the message exceeds its size limit";
        case ClientCause::recipient_limit:
            return "it does not accept more recipients in one transaction";
    }
    return "";
}

Attempt attempt_of(const ClientOutcome& outcome, Greeting5yz greeting_5xx, std::string_view words,
                   std::chrono::sys_seconds now) {
    Attempt attempt{.time = now,
                    .stage = outcome.stage,
                    .verdict = outcome.verdict,
                    .cause = outcome.cause,
                    .status = outcome.status};
    if (outcome.reply) attempt.remote = words_of(*outcome.reply);
    const bool is_said_by_host =
        outcome.reply &&
        (outcome.cause == ClientCause::replied || outcome.cause == ClientCause::host_takes_no_mail);
    if (!is_said_by_host) attempt.words = words.empty() ? describe(outcome) : std::string(words);

    const bool is_refused_greeting = closes_host(attempt) && outcome.cause == ClientCause::replied;
    if (!is_refused_greeting) return attempt;
    codes::Detail detail = outcome.status.detail();
    if (detail == codes::other_status) detail = codes::other_system_status;
    const bool is_final = greeting_5xx == Greeting5yz::bounce;
    attempt.verdict = is_final ? ClientVerdict::permanent : ClientVerdict::temporary;
    attempt.status = is_final ? EnhancedCode::permanent(detail) : EnhancedCode::temporary(detail);
    return attempt;
}

namespace {

// The administrator, not the recipient's domain, can correct a static route.
std::string subject_of(const route::Route& route) {
    if (!route.static_host) return "the domain " + std::string(route::sentence_for(route.kind));
    return "the host of the static route, " + route.static_host->text() +
           (route.failure ? ", cannot be looked up in DNS" : ", has no address in DNS");
}

}  // namespace

Attempt lookup_of(const route::Route& route, const std::vector<Attempt>& earlier,
                  std::chrono::sys_seconds now) {
    const auto refusal = route::refusal_for(route.kind);
    TURNAWAY_CHECK(refusal.has_value());
    Attempt attempt{.time = now, .status = refusal->status};
    attempt.words = subject_of(route);
    if (route.failure) {
        attempt.words += ": ";
        attempt.words += route::describe(*route.failure);
    }
    if (refusal->reply.is_temporary()) return attempt;
    const codes::Detail detail = refusal->status.detail();
    const bool was_asked_before =
        !earlier.empty() && is_lookup(earlier.back()) && earlier.back().status.detail() == detail;
    if (route.is_worth_asking_again && !was_asked_before) {
        attempt.status = EnhancedCode::temporary(detail);
        attempt.words += " (the answer is not protected by DNSSEC, so DNS is queried once more)";
    } else {
        attempt.verdict = ClientVerdict::permanent;
    }
    return attempt;
}

std::optional<Attempt> failed_exchange_of(const route::Route& route, std::chrono::sys_seconds now) {
    if (!route.has_failed_exchange) return std::nullopt;
    Attempt attempt{.time = now, .status = EnhancedCode::temporary(codes::directory_failure)};
    const auto note =
        std::ranges::find(route.notes, route::NoteKind::failed_exchange, &route::Note::kind);
    if (note != route.notes.end()) attempt.host = note->about;
    attempt.words = attempt.host.empty() ? "some addresses of the mail hosts could not be looked up"
                                         : "its addresses could not be looked up";
    return attempt;
}

bool is_at(const Attempt& attempt, const route::MailHost& host, const route::IpAddress& address) {
    if (!attempt.stage) return false;
    const std::string_view name = host.name ? std::string_view(host.name->text()) : "";
    return attempt.host == name && attempt.address == address.text();
}

}  // namespace turnaway::queue
