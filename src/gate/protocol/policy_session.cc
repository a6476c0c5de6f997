#include "gate/protocol/policy_session.h"

#include <array>
#include <stdexcept>
#include <utility>

#include "base/printable.h"

namespace turnaway::gate {
namespace {

constexpr std::string_view request_kind = "smtpd_access_policy";

// The attributes that a decision depends on. The others, up to Postfix 3.12: protocol_state,
// protocol_name, helo_name, client_name, reverse_client_name, instance, sasl_method, sasl_sender,
// size, recipient_count, ccert_subject, ccert_issuer, ccert_fingerprint, ccert_pubkey_fingerprint,
// encryption_protocol, encryption_cipher, encryption_keysize, etrn_domain, stress, client_port,
// policy_context, server_address, server_port, compatibility_level, mail_version.
struct Attribute {
    std::string_view name = {};
    std::string Question::* text = nullptr;  // null: it is not a text of the question
};

// By the length of its name: no two of them have the same.
constexpr auto attributes = [] {
    std::array<Attribute, 15> by_length{};
    for (const Attribute& each :
         {Attribute{"request"}, Attribute{"client_address"}, Attribute{"sender", &Question::sender},
          Attribute{"recipient", &Question::recipient}, Attribute{"sasl_username", &Question::user},
          Attribute{"queue_id", &Question::queue_id}}) {
        auto& place = by_length.at(each.name.size());
        if (!place.name.empty()) throw std::logic_error("two names of one length");
        place = each;
    }
    return by_length;
}();

// Null: it is not needed, as most of some 25 attributes.
constexpr const Attribute* find_attribute(std::string_view name) {
    if (name.empty() || name.size() >= attributes.size()) return nullptr;
    const auto& attribute = attributes[name.size()];
    // Its first letter differs from that of most others of the same length.
    const bool may_be = !attribute.name.empty() && name.front() == attribute.name.front();
    return may_be && name == attribute.name ? &attribute : nullptr;
}

constexpr std::size_t shown_bytes_max = 60;

std::string shown(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_max);
    return out;
}

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

std::string_view PolicySession::read_lines(std::string_view bytes) {
    return each_line(bytes, [this](std::string_view line) {
        if (line.empty()) return end_request();
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) return break_off_without_value(line);
        if (++lines_ > request_lines_max) return break_off_long_request();
        const auto* attribute = find_attribute(line.substr(0, equals));
        if (attribute == nullptr) return;
        const auto value = line.substr(equals + 1);
        if (attribute->text != nullptr) {
            question_.*attribute->text = value;
        } else if (attribute->name == "request") {
            is_access_policy_ = value == request_kind;
            if (!is_access_policy_) break_off_other_request(value);
        } else {
            question_.client = route::IpAddress::parse(value);  // or "unknown"
        }
    });
}

void PolicySession::break_off_other_request(std::string_view kind) {
    break_off("\"" + shown(kind) + "\" is not a request known here");
}

void PolicySession::break_off_without_value(std::string_view line) {
    break_off("\"" + shown(line) + "\" is not an attribute with its value");
}

void PolicySession::break_off_long_request() {
    break_off("a request has more than " + std::to_string(request_lines_max) + " attributes");
}

void PolicySession::end_request() {
    lines_ = 0;
    if (!std::exchange(is_access_policy_, false)) {
        break_off("a request does not begin with request=" + std::string(request_kind));
        return;
    }
    if (question_.sender.empty() && question_.recipient.empty()) {
        write("action=DUNNO\n\n");
        question_.clear();
        return;
    }
    question_.about = question_.recipient.empty() ? About::sender : About::both;
    ask();
}

void PolicySession::write_answer(const Decision& decision, std::string& output) {
    output += "action=";
    output += policy_action(decision);
    output += "\n\n";
}

}  // namespace turnaway::gate
