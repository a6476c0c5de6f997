#include "gate/protocol/policy_session.h"

#include <array>
#include <utility>

#include "base/printable.h"

namespace turnaway::gate {
namespace {

constexpr std::string_view request_kind = "smtpd_access_policy";
constexpr std::size_t shown_bytes_max = 60;

std::string shown(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_max);
    return out;
}

// The attributes that a decision depends on. The others, up to Postfix 3.12: protocol_state,
// protocol_name, helo_name, client_name, reverse_client_name, instance, sasl_method, sasl_sender,
// size, recipient_count, ccert_subject, ccert_issuer, ccert_fingerprint, ccert_pubkey_fingerprint,
// encryption_protocol, encryption_cipher, encryption_keysize, etrn_domain, stress, client_port,
// policy_context, server_address, server_port, compatibility_level, mail_version.
struct Attribute {
    std::string_view name;
    std::string Question::* value;
};
constexpr std::array attributes{
    Attribute{"sender", &Question::sender},
    Attribute{"recipient", &Question::recipient},
    Attribute{"sasl_username", &Question::user},
    Attribute{"queue_id", &Question::queue_id},
};

// The text without the `<address>: ` that it begins with.
std::string_view without_address(std::string_view text) {
    const auto end = text.starts_with('<') ? text.find(">: ") : std::string_view::npos;
    return end == std::string_view::npos ? text : text.substr(end + 3);
}

}  // namespace

std::string policy_action(const Decision& decision) {
    if (decision.effect == Effect::refuse && decision.reply) {
        const auto& [code, enhanced, text] = *decision.reply;
        // Unlike a 4yz code of its own, it leaves a later restriction the right to refuse for good.
        const std::string verb = code.is_temporary() ? "DEFER_IF_PERMIT" : code.text();
        return verb + ' ' + enhanced.text() + ' ' + std::string(without_address(text));
    }
    if (decision.effect == Effect::tag && decision.header) {
        return "PREPEND " + decision.header->name + ": " + decision.header->value;
    }
    return "DUNNO";
}

void PolicySession::received(std::string_view bytes) {
    if (input_.empty()) {
        input_ = read_lines(bytes);  // a whole request is read where it is
        return;
    }
    input_ += bytes;
    read_input();
}

void PolicySession::read_input() {
    const auto rest = read_lines(input_);
    input_.erase(0, input_.size() - rest.size());
}

std::string_view PolicySession::read_lines(std::string_view bytes) {
    while (state_ == State::reading) {
        const auto end = bytes.find('\n');
        if (end == std::string_view::npos) break;
        take_line(bytes.substr(0, end));
        bytes.remove_prefix(end + 1);
    }
    if (state_ == State::reading && bytes.size() > line_bytes_max) {
        break_off("a line is longer than " + std::to_string(line_bytes_max) + " octets");
    }
    return bytes;
}

void PolicySession::take_line(std::string_view line) {
    if (line.ends_with('\r')) line.remove_suffix(1);  // typed by hand
    if (line.empty()) {
        end_request();
        return;
    }
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) {
        break_off("\"" + shown(line) + "\" is not an attribute with its value");
    } else if (line.size() > line_bytes_max) {
        break_off("a line is longer than " + std::to_string(line_bytes_max) + " octets");
    } else if (++lines_ > request_lines_max) {
        break_off("a request has more than " + std::to_string(request_lines_max) + " attributes");
    } else {
        take_attribute(line.substr(0, equals), line.substr(equals + 1));
    }
}

void PolicySession::take_attribute(std::string_view name, std::string_view value) {
    if (name == "request") {
        is_access_policy_ = value == request_kind;
        if (!is_access_policy_) break_off("\"" + shown(value) + "\" is not a request known here");
        return;
    }
    if (name == "client_address") {
        question_.client = route::IpAddress::parse(value);  // or "unknown"
        return;
    }
    for (const auto& [known, member] : attributes) {
        if (name == known) question_.*member = value;
    }
}

void PolicySession::end_request() {
    lines_ = 0;
    if (!std::exchange(is_access_policy_, false)) {
        break_off("a request does not begin with request=" + std::string(request_kind));
        return;
    }
    if (question_.sender.empty() && question_.recipient.empty()) {
        output_ += "action=DUNNO\n\n";
        question_ = {.id = question_.id};
        return;
    }
    question_.about = question_.recipient.empty() ? About::sender : About::both;
    state_ = State::asking;
}

std::optional<Question> PolicySession::next_question() {
    if (state_ != State::asking) return std::nullopt;
    state_ = State::waiting;
    const auto id = question_.id;
    return std::exchange(question_, {.id = id});
}

void PolicySession::answer(std::uint64_t question_id, const Decision& decision) {
    if (state_ != State::waiting || question_id != question_.id) return;
    ++question_.id;
    output_ += "action=" + policy_action(decision) + "\n\n";
    state_ = State::reading;
    read_input();
}

std::string PolicySession::take_output() {
    return std::exchange(output_, {});
}

void PolicySession::break_off(std::string fault) {
    state_ = State::broken;
    fault_ = std::move(fault);
    question_ = {};
}

}  // namespace turnaway::gate
