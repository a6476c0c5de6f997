#include "relay/control/control_answer.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "relay/control/control_json.h"
#include "relay/control/control_request.h"
#include "report/dsn_requested.h"

namespace turnaway::relay {
namespace {

std::string_view progress_name(queue::Progress progress) {
    constexpr std::array<std::string_view, 3> names{"waiting", "done", "unreportable"};
    return names.at(static_cast<std::size_t>(progress));
}

std::string_view body_name(mail::Body body) {
    constexpr std::array<std::string_view, 3> names{"7BIT", "8BITMIME", "BINARYMIME"};
    return names.at(static_cast<std::size_t>(body));
}

std::string notify_text(const mail::Notify& notify) {
    if (notify.never) return "NEVER";
    std::string text;
    for (const auto& [is_set, word] :
         {std::pair(notify.success, "SUCCESS"), std::pair(notify.failure, "FAILURE"),
          std::pair(notify.delay, "DELAY")}) {
        if (!is_set) continue;
        if (!text.empty()) text += ',';
        text += word;
    }
    return text;
}

Json recipient_json(const mail::Recipient& recipient, const queue::RecipientState& state) {
    Json json;
    json["address"] = recipient.address.text();
    json["state"] = progress_name(state.progress);
    json["tries"] = state.tries;
    const bool is_waiting = state.progress == queue::Progress::waiting;
    json["due"] = is_waiting ? Json(time_text(state.due)) : Json();
    json["last"] = state.attempts.empty() ? Json() : attempt_json(state.attempts.back());
    return json;
}

// The reports that the sender may still get about a recipient.
Json owed_reports(const mail::ReversePath& sender, const mail::Recipient& recipient,
                  const queue::RecipientState& state) {
    Json owed = Json::array();
    if (state.progress != queue::Progress::waiting) return owed;
    for (const auto& [action, word] : {std::pair(report::Action::failed, "failed"),
                                       std::pair(report::Action::delayed, "delayed"),
                                       std::pair(report::Action::relayed, "relayed")}) {
        if (action == report::Action::delayed && state.is_delay_reported) continue;
        if (report::is_dsn_requested(sender, recipient, action)) owed.push_back(word);
    }
    return owed;
}

Json head_json(const queue::Message& message, std::string_view node) {
    const auto& envelope = message.envelope;
    Json json;
    json["type"] = "message";
    json["id"] = message.id.text();
    if (!node.empty()) json["node"] = node;
    json["state"] = name(state_of(message));
    json["arrival"] = time_text(message.arrival);
    json["bytes"] = message.content_bytes;
    json["client"] = message.client;
    json["sender"] = envelope.reverse_path.is_null() ? "" : envelope.reverse_path.address()->text();
    return json;
}

}  // namespace

std::string message_line(const queue::Message& message, std::string_view node) {
    Json json = head_json(message, node);
    json["recipients"] = Json::array();
    for (std::size_t i = 0; i < message.states.size(); ++i) {
        json["recipients"].push_back(
            recipient_json(message.envelope.recipients[i], message.states[i]));
    }
    return line_of(json);
}

std::string whole_message_line(const queue::Message& message, std::string_view node,
                               std::string_view header, bool is_cut) {
    const auto& envelope = message.envelope;
    Json json = head_json(message, node);
    json["envid"] = envelope.envid;
    json["ret"] = !envelope.ret                         ? Json()
                  : *envelope.ret == mail::Return::full ? Json("FULL")
                                                        : Json("HDRS");
    json["body"] = body_name(envelope.body);
    json["smtputf8"] = envelope.needs_smtputf8;
    json["recipients"] = Json::array();
    for (std::size_t i = 0; i < message.states.size(); ++i) {
        const auto& recipient = envelope.recipients[i];
        const auto& state = message.states[i];
        Json each = recipient_json(recipient, state);
        each["notify"] = recipient.notify ? Json(notify_text(*recipient.notify)) : Json();
        each["original"] =
            recipient.original
                ? Json(recipient.original->type() + ';' + recipient.original->address())
                : Json();
        each["delay_reported"] = state.is_delay_reported;
        each["owed"] = owed_reports(envelope.reverse_path, recipient, state);
        each["attempts"] = Json::array();
        for (const auto& attempt : state.attempts)
            each["attempts"].push_back(attempt_json(attempt));
        json["recipients"].push_back(std::move(each));
    }
    json["header"] = header;
    json["header_is_cut"] = is_cut;
    return line_of(json);
}

std::string corrupt_line(const spool::DamagedRow& row, std::string_view node) {
    Json json;
    json["type"] = "message";
    json["id"] = row.id.text();
    if (!node.empty()) json["node"] = node;
    json["state"] = name(MessageState::corrupt);
    json["error"] = row.words;
    return line_of(json);
}

std::string content_line(queue::QueueId id, std::string_view bytes) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string line = R"({"type":"content","id":")" + id.text() + R"(","base64":")";
    line.reserve(line.size() + bytes.size() / 3 * 4 + 8);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const auto octet = [&](std::size_t i) {
            return at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U;
        };
        const unsigned group = octet(0) << 16 | octet(1) << 8 | octet(2);
        for (unsigned i = 0; i < 4; ++i) {
            line += at + i > bytes.size() ? '=' : digits[group >> (18 - 6 * i) & 63U];
        }
    }
    return line + "\"}\n";
}

std::string outcome_line(queue::QueueId id, std::string_view outcome) {
    Json json;
    json["type"] = "outcome";
    json["id"] = id.text();
    json["outcome"] = outcome;
    return line_of(json);
}

std::string node_line(const spool::NodeState& node, std::string_view own) {
    Json json;
    json["type"] = "node";
    json["node"] = node.name;
    json["own"] = node.name == own;
    json["state"] = !node.is_alive() ? "expired" : node.is_draining ? "draining" : "alive";
    json["lease"] = node.lease.count();
    json["messages"] = node.messages;
    json["due"] = node.due;
    json["deliveries"] = node.is_alive() ? node.deliveries : 0;
    json["version"] = node.version;
    json["since"] = time_text(node.since);
    return line_of(json);
}

std::string unreached_line(std::string_view node, const std::vector<queue::QueueId>& ids,
                           std::string_view words) {
    Json json;
    json["type"] = "unreached";
    json["node"] = node;
    json["ids"] = Json::array();
    for (const auto id : ids) json["ids"].push_back(id.text());
    json["error"] = words;
    return line_of(json);
}

std::string end_line(const Totals& totals) {
    Json json;
    json["type"] = "end";
    json["ok"] = true;
    json["count"] = totals.count;
    json["unchanged"] = totals.unchanged;
    json["missing"] = totals.missing;
    if (totals.unreached > 0) json["unreached"] = totals.unreached;
    json["next"] = totals.next ? Json(totals.next->text()) : Json();
    if (!totals.damage.empty()) json["damage"] = totals.damage;
    return line_of(json);
}

std::string fault_line(std::string_view kind, std::string_view words) {
    Json json;
    json["type"] = "end";
    json["ok"] = false;
    json["fault"] = kind;
    json["error"] = words;
    return line_of(json);
}

}  // namespace turnaway::relay
