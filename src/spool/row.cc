#include "spool/row.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "spool/packing.h"

namespace turnaway::spool {
namespace {

using std::chrono::sys_seconds;

constexpr std::uint8_t envelope_version = 1;
constexpr std::uint8_t states_version = 1;

// Flags of the envelope, of the states, of a recipient's state and of NOTIFY.
constexpr std::uint8_t eight_bit_flag = 1;
constexpr std::uint8_t smtputf8_flag = 2;
constexpr std::uint8_t ascii_header_flag = 4;
constexpr std::uint8_t held_flag = 1;
constexpr std::uint8_t delay_reported_flag = 1;
constexpr std::uint8_t notify_given = 1;
constexpr std::uint8_t notify_never = 2;
constexpr std::uint8_t notify_success = 4;
constexpr std::uint8_t notify_failure = 8;
constexpr std::uint8_t notify_delay = 16;

// The minimum size of each, so that a count is never trusted beyond the available bytes.
constexpr std::size_t recipient_bytes_min = 3;
constexpr std::size_t state_bytes_min = 5;
constexpr std::size_t attempt_bytes_min = 11;

// Seconds since 1970, far enough from the ends that a lifetime can be added.
constexpr std::int64_t seconds_max = std::int64_t{1} << 40;

std::uint8_t flag(bool is_set, std::uint8_t bit) {
    return is_set ? bit : std::uint8_t{0};
}

void pack_time(Packer& out, sys_seconds time) {
    out.signed_number(time.time_since_epoch().count());
}

sys_seconds unpack_time(Unpacker& in) {
    std::int64_t seconds = in.signed_number();
    if (seconds > seconds_max || seconds < -seconds_max) {
        seconds = static_cast<std::int64_t>(in.refuse());
    }
    return sys_seconds(std::chrono::seconds(seconds));
}

// A stage is stored as its index here, from 1 on; 0 is the lookup.
constexpr std::array stored_stages{
    codes::Stage::connect,   codes::Stage::greeting, codes::Stage::ehlo, codes::Stage::starttls,
    codes::Stage::mail,      codes::Stage::rcpt,     codes::Stage::data, codes::Stage::content,
    codes::Stage::final_dot, codes::Stage::idle};

std::uint8_t number_of(codes::Stage stage) {
    const auto* const at = std::ranges::find(stored_stages, stage);
    TURNAWAY_CHECK(at != stored_stages.end());
    return static_cast<std::uint8_t>(at - stored_stages.begin() + 1);
}

template <class Enum>
void pack_enum(Packer& out, Enum value) {
    out.byte(static_cast<std::uint8_t>(value));
}

template <class Enum>
Enum unpack_enum(Unpacker& in, Enum last) {
    return static_cast<Enum>(in.number(static_cast<std::uint8_t>(last)));
}

std::uint8_t unpack_flags(Unpacker& in, std::uint8_t known) {
    const std::uint8_t flags = in.byte();
    return (flags & ~known) == 0 ? flags : static_cast<std::uint8_t>(in.refuse());
}

void pack_recipient(Packer& out, const mail::Recipient& recipient) {
    out.text(recipient.address.as_written());
    std::uint8_t notify = 0;
    if (const auto& wish = recipient.notify) {
        notify = static_cast<std::uint8_t>(
            notify_given | flag(wish->never, notify_never) | flag(wish->success, notify_success) |
            flag(wish->failure, notify_failure) | flag(wish->delay, notify_delay));
    }
    out.byte(notify);
    std::string original = recipient.original ? recipient.original->value(true) : std::string();
    if (original.size() > base::limits::orcpt_bytes_max) original.clear();
    out.text(original);
}

void unpack_recipient(Unpacker& in, std::vector<mail::Recipient>& recipients) {
    auto address = mail::Address::parse(in.text());
    const std::uint8_t notify = unpack_flags(
        in, notify_given | notify_never | notify_success | notify_failure | notify_delay);
    const std::string_view original = in.text();
    if (!address || (notify != 0 && (notify & notify_given) == 0)) {
        in.refuse();
        return;
    }
    mail::Recipient recipient{.address = std::move(*address)};
    if (notify != 0) {
        recipient.notify = mail::Notify{.never = (notify & notify_never) != 0,
                                        .success = (notify & notify_success) != 0,
                                        .failure = (notify & notify_failure) != 0,
                                        .delay = (notify & notify_delay) != 0};
    }
    if (!original.empty()) {
        recipient.original = mail::OriginalRecipient::parse(original);
        if (!recipient.original) in.refuse();
    }
    recipients.push_back(std::move(recipient));
}

void unpack_envelope(Unpacker& in, queue::Message& message) {
    if (in.byte() != envelope_version) in.refuse();
    message.arrival = unpack_time(in);
    message.content_bytes = in.number();
    const std::uint8_t flags = unpack_flags(in, eight_bit_flag | smtputf8_flag | ascii_header_flag);
    message.is_eight_bit = (flags & eight_bit_flag) != 0;
    message.has_ascii_header = (flags & ascii_header_flag) != 0;
    message.client = in.text();

    mail::Envelope& envelope = message.envelope;
    envelope.needs_smtputf8 = (flags & smtputf8_flag) != 0;
    if (const std::string_view from = in.text(); !from.empty()) {
        auto address = mail::Address::parse(from);
        if (address) {
            envelope.reverse_path = mail::ReversePath(std::move(*address));
        } else {
            in.refuse();
        }
    }
    envelope.envid = in.text();
    if (const auto ret = in.number(2); ret != 0) envelope.ret = static_cast<mail::Return>(ret - 1);
    envelope.body = unpack_enum(in, mail::Body::binary_mime);
    const std::size_t count = in.count(recipient_bytes_min);
    envelope.recipients.reserve(count);
    for (std::size_t i = 0; i < count && in.is_good(); ++i) {
        unpack_recipient(in, envelope.recipients);
    }
}

void pack_attempt(Packer& out, const queue::Attempt& attempt) {
    pack_time(out, attempt.time);
    out.text(attempt.host);
    out.text(attempt.address);
    out.byte(attempt.stage ? number_of(*attempt.stage) : 0);
    pack_enum(out, attempt.verdict);
    pack_enum(out, attempt.cause);
    out.byte(static_cast<std::uint8_t>(attempt.status.class_digit()));
    out.number(attempt.status.detail().subject);
    out.number(attempt.status.detail().detail);
    out.number(attempt.remote ? static_cast<std::uint64_t>(attempt.remote->code.value()) : 0);
    if (attempt.remote) {
        out.number(attempt.remote->lines.size());
        for (const auto& line : attempt.remote->lines) out.text(line);
    }
    out.text(attempt.words);
}

codes::EnhancedCode unpack_status(Unpacker& in) {
    const std::uint8_t class_digit = in.byte();
    const codes::Detail detail{.subject = static_cast<std::uint16_t>(in.number(999)),
                               .detail = static_cast<std::uint16_t>(in.number(999))};
    switch (class_digit) {
        case 2:
            return codes::EnhancedCode::success(detail);
        case 4:
            return codes::EnhancedCode::temporary(detail);
        case 5:
            return codes::EnhancedCode::permanent(detail);
        default:
            in.refuse();
            return codes::EnhancedCode::temporary({});
    }
}

std::optional<queue::RemoteWords> unpack_remote(Unpacker& in) {
    const auto value = in.number(599);
    if (value == 0) return std::nullopt;
    const auto code = codes::ReplyCode::parse(std::to_string(value));
    if (!code) {
        in.refuse();
        return std::nullopt;
    }
    queue::RemoteWords remote{.code = *code};
    const std::size_t count = in.count(1);
    for (std::size_t i = 0; i < count && in.is_good(); ++i) remote.lines.emplace_back(in.text());
    return remote;
}

queue::Attempt unpack_attempt(Unpacker& in) {
    const sys_seconds time = unpack_time(in);
    const std::string_view host = in.text();
    const std::string_view address = in.text();
    const auto stage = in.number(stored_stages.size());
    const auto verdict = unpack_enum(in, smtp::ClientVerdict::temporary);
    const auto cause = unpack_enum(in, smtp::ClientCause::recipient_limit);
    queue::Attempt attempt{.time = time,
                           .host = std::string(host),
                           .address = std::string(address),
                           .verdict = verdict,
                           .cause = cause,
                           .status = unpack_status(in)};
    if (stage != 0) attempt.stage = stored_stages.at(stage - 1);
    attempt.remote = unpack_remote(in);
    attempt.words = in.text();
    return attempt;
}

queue::RecipientState unpack_state(Unpacker& in) {
    queue::RecipientState state;
    state.progress = unpack_enum(in, queue::Progress::unreportable);
    state.is_delay_reported = unpack_flags(in, delay_reported_flag) != 0;
    state.tries = static_cast<std::uint32_t>(in.number(~std::uint32_t{0}));
    state.due = unpack_time(in);
    const std::size_t count = in.count(attempt_bytes_min);
    for (std::size_t i = 0; i < count && in.is_good(); ++i) {
        state.attempts.push_back(unpack_attempt(in));
    }
    return state;
}

void unpack_states(Unpacker& in, queue::Message& message) {
    if (in.byte() != states_version) in.refuse();
    message.is_held = unpack_flags(in, held_flag) != 0;
    const std::size_t count = in.count(state_bytes_min);
    if (count != message.envelope.recipients.size()) in.refuse();
    for (std::size_t i = 0; i < count && in.is_good(); ++i) {
        message.states.push_back(unpack_state(in));
    }
}

}  // namespace

std::string pack_envelope(const queue::Message& message) {
    const mail::Envelope& envelope = message.envelope;
    Packer out;
    out.byte(envelope_version);
    pack_time(out, message.arrival);
    out.number(message.content_bytes);
    out.byte(static_cast<std::uint8_t>(flag(message.is_eight_bit, eight_bit_flag) |
                                       flag(envelope.needs_smtputf8, smtputf8_flag) |
                                       flag(message.has_ascii_header, ascii_header_flag)));
    out.text(message.client);
    const mail::Address* from = envelope.reverse_path.address();
    out.text(from != nullptr ? from->text() : std::string());
    out.text(envelope.envid);
    out.number(envelope.ret ? static_cast<std::uint64_t>(*envelope.ret) + 1 : 0);
    pack_enum(out, envelope.body);
    out.number(envelope.recipients.size());
    for (const auto& recipient : envelope.recipients) pack_recipient(out, recipient);
    return out.take();
}

std::string pack_states(const queue::Message& message) {
    Packer out;
    out.byte(states_version);
    out.byte(flag(message.is_held, held_flag));
    out.number(message.states.size());
    for (const auto& state : message.states) {
        pack_enum(out, state.progress);
        out.byte(flag(state.is_delay_reported, delay_reported_flag));
        out.number(state.tries);
        pack_time(out, state.due);
        out.number(state.attempts.size());
        for (const auto& attempt : state.attempts) pack_attempt(out, attempt);
    }
    return out.take();
}

std::optional<queue::Message> unpack_message(queue::QueueId id, std::string_view envelope,
                                             std::string_view states) {
    queue::Message message{.id = id, .arrival = {}};
    Unpacker first(envelope);
    unpack_envelope(first, message);
    if (!first.is_at_good_end()) return std::nullopt;
    Unpacker second(states);
    unpack_states(second, message);
    if (!second.is_at_good_end()) return std::nullopt;
    return message;
}

}  // namespace turnaway::spool
