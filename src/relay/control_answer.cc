#include "relay/control_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "relay/control_request.h"
#include "relay/destination.h"

namespace turnaway::relay {
namespace {

using Json = nlohmann::ordered_json;

std::string line_of(const Json& json) {
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

// `2026-11-25T09:44:38Z`.
std::string time_text(std::chrono::sys_seconds time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

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

// What the host said, or we where it said nothing.
std::string words_of(const queue::Attempt& attempt) {
    if (!attempt.remote) return attempt.words;
    std::string text = attempt.remote->code.text();
    for (const auto& line : attempt.remote->lines) text += ' ' + line;
    return text;
}

Json attempt_json(const queue::Attempt& attempt) {
    Json json;
    json["time"] = time_text(attempt.time);
    json["host"] = attempt.host;
    json["address"] = attempt.address;
    json["stage"] = attempt.stage ? smtp::name(*attempt.stage) : std::string_view("lookup");
    json["verdict"] = smtp::name(attempt.verdict);
    json["status"] = attempt.status.text();
    json["is_remote"] = attempt.remote.has_value();
    json["words"] = words_of(attempt);
    return json;
}

Json recipient_json(const mail::Recipient& recipient, const queue::RecipientState& state,
                    bool is_whole) {
    Json json;
    json["address"] = recipient.address.text();
    json["state"] = progress_name(state.progress);
    json["tries"] = state.tries;
    const bool is_waiting = state.progress == queue::Progress::waiting;
    json["due"] = is_waiting ? Json(time_text(state.due)) : Json();
    json["last"] = state.attempts.empty() ? Json() : attempt_json(state.attempts.back());
    if (!is_whole) return json;
    json["delay_reported"] = state.is_delay_reported;
    json["notify"] = recipient.notify ? Json(notify_text(*recipient.notify)) : Json();
    json["original"] = recipient.original ? Json(recipient.original->type() + ';' +
                                                 recipient.original->address())
                                          : Json();
    json["attempts"] = Json::array();
    for (const auto& attempt : state.attempts) json["attempts"].push_back(attempt_json(attempt));
    return json;
}

}  // namespace

std::string message_line(const queue::Message& message, bool is_whole) {
    const auto& envelope = message.envelope;
    Json json;
    json["type"] = "message";
    json["id"] = message.id.text();
    json["state"] = name(state_of(message));
    json["arrival"] = time_text(message.arrival);
    json["bytes"] = message.content_bytes;
    json["client"] = message.client;
    json["sender"] = envelope.reverse_path.is_null() ? "" : envelope.reverse_path.address()->text();
    if (is_whole) {
        json["envid"] = envelope.envid;
        json["ret"] = !envelope.ret                            ? Json()
                      : *envelope.ret == mail::Return::full ? Json("FULL")
                                                            : Json("HDRS");
        json["body"] = body_name(envelope.body);
        json["smtputf8"] = envelope.needs_smtputf8;
    }
    json["recipients"] = Json::array();
    for (std::size_t i = 0; i < message.states.size(); ++i) {
        json["recipients"].push_back(
            recipient_json(envelope.recipients[i], message.states[i], is_whole));
    }
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

std::string host_line(const verdict::HostMemory::Entry& host) {
    Json json;
    json["type"] = "host";
    json["address"] = host.address;
    json["host"] = host.host;
    json["seen"] = time_text(host.seen);
    json["words"] = host.words;
    return line_of(json);
}

std::string change_line(queue::QueueId id, std::string_view outcome) {
    Json json;
    json["type"] = "change";
    json["id"] = id.text();
    json["outcome"] = outcome;
    return line_of(json);
}

void add_message(const queue::Message& message, std::size_t destinations_most,
                 std::map<std::string, DestinationSummary>* all) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < message.states.size(); ++i) {
        const auto& state = message.states[i];
        if (state.progress == queue::Progress::done) continue;
        const auto destination = destination_of(message.envelope.recipients[i].address);
        auto at = all->find(std::string(destination));
        if (at == all->end()) {
            if (all->size() >= destinations_most) continue;
            at = all->emplace(destination, DestinationSummary{}).first;
        }
        auto& summary = at->second;
        if (state.progress == queue::Progress::unreportable) ++summary.unreportable;
        if (!state.attempts.empty() && state.attempts.back().verdict !=
                                           smtp::ClientVerdict::delivered) {
            const auto& last = state.attempts.back();
            if (!summary.failure || summary.failure->time < last.time) summary.failure = last;
        }
        if (!seen.insert(destination).second) continue;
        ++summary.messages;
        if (message.is_held) ++summary.held;
        if (!summary.oldest || message.arrival < *summary.oldest) summary.oldest = message.arrival;
    }
}

void add_schedule(const queue::Schedule::Summary& summary,
                  std::map<std::string, DestinationSummary>* all) {
    auto& of = (*all)[summary.destination];
    of.jobs = summary.jobs;
    of.ready = summary.ready;
    of.active = summary.active;
    of.places = summary.places;
    of.next = summary.first_due;
}

std::string destination_line(const std::string& destination, const DestinationSummary& summary) {
    Json json;
    json["type"] = "destination";
    json["destination"] = destination;
    json["messages"] = summary.messages;
    json["held"] = summary.held;
    json["unreportable"] = summary.unreportable;
    json["jobs"] = summary.jobs;
    json["ready"] = summary.ready;
    json["active"] = summary.active;
    json["places"] = summary.places;
    json["oldest"] = summary.oldest ? Json(time_text(*summary.oldest)) : Json();
    json["next"] = summary.next ? Json(time_text(*summary.next)) : Json();
    json["failure"] = summary.failure ? attempt_json(*summary.failure) : Json();
    return line_of(json);
}

std::string end_line(const Totals& totals) {
    Json json;
    json["type"] = "end";
    json["ok"] = true;
    json["count"] = totals.messages;
    json["unchanged"] = totals.unchanged;
    json["missing"] = totals.missing;
    json["next"] = totals.next ? Json(totals.next->text()) : Json();
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
