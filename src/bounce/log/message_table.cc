#include "bounce/log/message_table.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "base/text.h"
#include "base/time_text.h"

namespace turnaway::bounce {

namespace {

using Kind = DeliveryEvent::Kind;

std::string kept(std::string_view text) {
    return std::string(text.substr(0, MessageTable::text_bytes_max));
}

// Seconds since 1970 (KumoMTA) or microseconds (the journal) as RFC 3339 has a time; all else stays
// as the log has it.
std::string time_of(std::string_view text) {
    constexpr std::uint64_t seconds_max = 253'402'300'799;  // the end of the year 9999
    const auto number = base::parse_unsigned(text);
    if (!number) return kept(text);
    const std::uint64_t seconds = *number > seconds_max ? *number / 1'000'000 : *number;
    if (seconds > seconds_max) return kept(text);
    return base::time_text(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
}

LoggedAttempt attempt_of(const DeliveryEvent& event) {
    return {.kind = event.kind,
            .time = time_of(event.time),
            .remote = kept(event.remote),
            .text = kept(event.text),
            .status = kept(event.status),
            .delay = event.delay};
}

}  // namespace

std::size_t MessageTable::Waiting::bytes() const {
    std::size_t sum = sizeof(Waiting) + recipient.size() + original_recipient.size();
    for (const LoggedAttempt& attempt : attempts)
        sum += sizeof(LoggedAttempt) + attempt.text.size() + attempt.remote.size();
    return sum;
}

std::size_t MessageTable::Message::bytes() const {
    std::size_t sum = sizeof(Message) + 64 + id.size() + sender.size() + message_id.size();
    for (const Waiting& one : waiting) sum += one.bytes();
    return sum;
}

void MessageTable::take(const DeliveryEvent& event, std::size_t line) {
    switch (event.kind) {
        case Kind::none:
            return;
        case Kind::received:
            return note(event);
        case Kind::ended:
            if (const auto known = by_id_.find(event.id); known != by_id_.end()) end(known->second);
            return;
        case Kind::expired:
            if (event.recipients.empty()) return take_expiry(event, line);
            break;
        default:
            break;
    }
    std::string_view rest = event.recipients;
    for (std::size_t at = rest.find(">,<"); at != std::string_view::npos; at = rest.find(">,<")) {
        take_attempt(event, rest.substr(0, at), line);
        rest.remove_prefix(at + 3);
    }
    take_attempt(event, rest, line);
}

MessageTable::Message* MessageTable::find(std::string_view id) {
    const auto known = by_id_.find(id);
    return known == by_id_.end() ? nullptr : &*known->second;
}

MessageTable::Message& MessageTable::find_or_add(const DeliveryEvent& event) {
    if (Message* known = find(event.id)) return *known;
    Message& message = messages_.emplace_back(Message{.program = event.program,
                                                      .id = kept(event.id),
                                                      .host = kept(event.host),
                                                      .sender = {},
                                                      .message_id = {},
                                                      .is_queue_id = event.is_queue_id,
                                                      .waiting = {}});
    by_id_.emplace(message.id, std::prev(messages_.end()));
    bytes_ += message.bytes();
    return message;
}

void MessageTable::note(const DeliveryEvent& event) {
    Message& message = find_or_add(event);
    const std::size_t before = message.sender.size() + message.message_id.size();
    if (event.sender) message.sender = kept(*event.sender);
    if (!event.message_id.empty()) message.message_id = kept(event.message_id);
    bytes_ += message.sender.size() + message.message_id.size() - before;
    keep_within_limits();
}

void MessageTable::take_attempt(const DeliveryEvent& event, std::string_view recipient,
                                std::size_t line) {
    Message* message = find(event.id);
    const bool is_last = event.kind != Kind::delayed;
    if (message == nullptr && event.kind == Kind::delivered) return;
    const auto known = message == nullptr
                           ? std::vector<Waiting>::iterator()
                           : std::ranges::find(message->waiting, recipient, &Waiting::recipient);
    const bool is_known = message != nullptr && known != message->waiting.end();
    if (!is_known && event.kind == Kind::delivered) return;
    if (message == nullptr) message = &find_or_add(event);
    if (event.sender && message->sender.empty()) {
        message->sender = kept(*event.sender);
        bytes_ += message->sender.size();
    }
    Waiting one{.line = line,
                .recipient = kept(recipient),
                .original_recipient = kept(event.original_recipient),
                .attempts = {}};
    if (is_known) {
        bytes_ -= known->bytes();
        one = std::move(*known);
        message->waiting.erase(known);
        one.line = line;
    }
    one.attempts.push_back(attempt_of(event));
    if (one.attempts.size() > attempts_max) {
        one.attempts.erase(one.attempts.begin() + 1);
        ++one.attempts_left_out;
    }
    const bool is_too_much = !is_last && message->waiting.size() == recipients_max;
    if (is_last || is_too_much) {
        give(*message, std::move(one), event.kind);
    } else {
        if (tells_each_attempt_) give(*message, Waiting(one), event.kind);
        bytes_ += one.bytes();
        message->waiting.push_back(std::move(one));
    }
    // Programs without a line for the end of a message: what is over is not kept.
    const bool has_end = event.program == Program::postfix || event.program == Program::exim ||
                         event.program == Program::turnaway_relay ||
                         event.program == Program::sendmail || event.program == Program::haraka;
    if (!has_end && message->waiting.empty()) return end(by_id_.find(event.id)->second);
    keep_within_limits();
}

// The server gives up on all that wait.
void MessageTable::take_expiry(const DeliveryEvent& event, std::size_t line) {
    Message* message = find(event.id);
    if (message == nullptr) return;
    for (Waiting& one : std::exchange(message->waiting, {})) {
        bytes_ -= one.bytes();
        one.line = line;
        give(*message, std::move(one), Kind::expired);
    }
}

void MessageTable::give(const Message& message, Waiting&& waiting, Kind outcome) {
    found_(LoggedRecipient{.program = message.program,
                           .line = waiting.line,
                           .host = message.host,
                           .queue_id = message.is_queue_id ? message.id : std::string(),
                           .sender = message.sender,
                           .message_id = message.message_id,
                           .recipient = std::move(waiting.recipient),
                           .original_recipient = std::move(waiting.original_recipient),
                           .outcome = outcome,
                           .attempts = std::move(waiting.attempts),
                           .attempts_left_out = waiting.attempts_left_out});
}

void MessageTable::end(Place place) {
    bytes_ -= place->bytes();
    by_id_.erase(place->id);
    if (!tells_each_attempt_) {
        for (Waiting& one : place->waiting) give(*place, std::move(one), Kind::delayed);
    }
    messages_.erase(place);
}

void MessageTable::keep_within_limits() {
    while (messages_.size() > messages_max || (bytes_ > bytes_max && messages_.size() > 1))
        end(messages_.begin());
}

void MessageTable::finish() {
    while (!messages_.empty()) end(messages_.begin());
}

}  // namespace turnaway::bounce
