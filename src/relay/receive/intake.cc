#include "relay/receive/intake.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/text.h"

namespace turnaway::relay {

namespace {

// A report requested by either is sent; `never` applies only if both have it. Without NOTIFY,
// failures and delays are reported (RFC 3461 section 4.1).
std::optional<mail::Notify> union_of(const std::optional<mail::Notify>& one,
                                     const std::optional<mail::Notify>& other) {
    if (one == other) return one;
    constexpr mail::Notify unsaid{.failure = true, .delay = true};
    const auto a = one.value_or(unsaid);
    const auto b = other.value_or(unsaid);
    return mail::Notify{.never = a.never && b.never,
                        .success = a.success || b.success,
                        .failure = a.failure || b.failure,
                        .delay = a.delay || b.delay};
}

std::string key_of(const mail::Recipient& recipient) {
    std::string key = recipient.address.text();
    // Neither contains a newline.
    if (recipient.original) {
        key += '\n' + recipient.original->type() + ';' + recipient.original->value(true);
    }
    return key;
}

}  // namespace

void merge_repeated(std::vector<mail::Recipient>* recipients) {
    if (recipients->size() < 2) return;
    std::unordered_map<std::string, std::size_t> seen;
    std::vector<mail::Recipient> kept;
    kept.reserve(recipients->size());
    for (auto& each : *recipients) {
        const auto [at, is_new] = seen.try_emplace(key_of(each), kept.size());
        if (is_new) {
            kept.push_back(std::move(each));
        } else {
            kept[at->second].notify = union_of(kept[at->second].notify, each.notify);
        }
    }
    *recipients = std::move(kept);
}

queue::Message message_from(const smtp::ServerSession& session, Taken taken) {
    queue::Message message;
    message.id = taken.id;
    message.arrival = taken.arrival;
    message.envelope = session.envelope();
    merge_repeated(&message.envelope.recipients);
    message.states.resize(message.envelope.recipients.size());
    for (auto& state : message.states) state.due = message.arrival;
    message.content_bytes = taken.content_bytes;
    // Our own Received field contains the name that the client gave.
    const bool has_utf8_trace = message.envelope.needs_smtputf8 &&
                                !std::ranges::all_of(session.helo_name(), base::is_ascii);
    message.is_eight_bit = session.is_eight_bit() || has_utf8_trace;
    message.has_ascii_header = session.has_ascii_header() && !has_utf8_trace;
    message.client = std::move(taken.client);
    return message;
}

}  // namespace turnaway::relay
