#include "cli/queue/queue_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include "base/printable.h"
#include "route/host_port.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t cell_bytes_max = 80;
constexpr std::size_t line_bytes_max = 2000;

std::string safe(std::string_view text, std::size_t bytes_max = cell_bytes_max) {
    std::string out;
    base::append_printable(out, text, bytes_max);
    return out;
}

std::string text_of(const Json& object, const char* key) {
    const auto at = object.find(key);
    return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

std::uint64_t number_of(const Json& object, const char* key) {
    const auto at = object.find(key);
    return at != object.end() && at->is_number_unsigned() ? at->get<std::uint64_t>() : 0;
}

// In the form for `turnaway queue forget`.
std::string place_of(const Json& host) {
    const std::string text = text_of(host, "address");
    const auto address = route::IpAddress::parse(text);
    const auto port = static_cast<std::uint16_t>(number_of(host, "port"));
    return address ? route::HostPort{*address, port}.text() : text;
}

const Json& part_of(const Json& object, const char* key) {
    static const Json none = Json::object();
    const auto at = object.find(key);
    return at != object.end() && !at->is_null() ? *at : none;
}

std::optional<std::chrono::sys_seconds> time_of(const Json& object, const char* key) {
    int year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (std::sscanf(text_of(object, key).c_str(), "%4d-%2u-%2uT%2d:%2d:%2dZ", &year, &month, &day,
                    &hour, &minute, &second) != 6) {
        return std::nullopt;
    }
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                           std::chrono::day(day)};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days(date) + std::chrono::hours(hour) + std::chrono::minutes(minute) +
           std::chrono::seconds(second);
}

// The largest unit of which there are two or more: `90s`, `17m`, `5h`, `3d`.
std::string distance_text(std::chrono::seconds distance) {
    const auto seconds = std::max<std::int64_t>(distance.count(), 0);
    if (seconds < 120) return fmt::format("{}s", seconds);
    if (seconds < 7200) return fmt::format("{}m", seconds / 60);
    if (seconds < 172800) return fmt::format("{}h", seconds / 3600);
    return fmt::format("{}d", seconds / 86400);
}

std::string size_text(std::uint64_t bytes) {
    if (bytes < 10'000) return fmt::format("{}", bytes);
    if (bytes < 10'000'000) return fmt::format("{}K", bytes / 1000);
    return fmt::format("{}M", bytes / 1'000'000);
}

std::string counted(std::uint64_t number, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", number, number == 1 ? one : many);
}

// `4.4.1 Connection refused`.
std::string attempt_text(const Json& attempt) {
    if (attempt.empty()) return "-";
    const std::string words = text_of(attempt, "words");
    const std::string status = text_of(attempt, "status");
    // A host's reply that contains the enhanced code needs no second one.
    if (words.find(status) != std::string::npos) return safe(words);
    return safe(status + ' ' + words);
}

std::string sender_text(const Json& message) {
    const std::string sender = text_of(message, "sender");
    return sender.empty() ? "<>" : safe(sender);
}

}  // namespace

std::string QueuePage::age(const Json& object, const char* key) const {
    const auto time = time_of(object, key);
    return time ? distance_text(now_ - *time) : "-";
}

std::string QueuePage::wait(const Json& object, const char* key) const {
    const auto time = time_of(object, key);
    if (!time) return "-";
    return *time <= now_ ? "now" : distance_text(*time - now_);
}

Table QueuePage::message_table(bool is_shared) const {
    if (is_shared) {
        return Table(
            {"ID", "NODE", "STATE", "AGE", "SIZE", "TRIES", "NEXT", "SENDER", "RECIPIENT", "LAST"});
    }
    return Table({"ID", "STATE", "AGE", "SIZE", "TRIES", "NEXT", "SENDER", "RECIPIENT", "LAST"});
}

Table QueuePage::node_table() const {
    return Table({"NODE", "STATE", "LEASE", "MESSAGES", "DUE", "DELIVERIES", "UP", "VERSION"});
}

void QueuePage::add_node(const Json& node, Table* table) const {
    const auto number = [&](const char* key) { return fmt::format("{}", number_of(node, key)); };
    const bool is_alive = text_of(node, "state") != "expired";
    table->add({safe(text_of(node, "node")), safe(text_of(node, "state")),
                is_alive ? number("lease") + "s" : "-", number("messages"), number("due"),
                number("deliveries"), is_alive ? age(node, "since") : "-",
                safe(text_of(node, "version"))});
}

void QueuePage::add_message(const Json& message, Table* table) const {
    const std::string state = text_of(message, "state");
    const auto add = [&](std::vector<std::string> cells) {
        if (message.contains("node")) {
            const std::string node = text_of(message, "node");
            cells.insert(cells.begin(), node.empty() ? "-" : safe(node));
        }
        cells.insert(cells.begin(), safe(text_of(message, "id")));
        table->add(std::move(cells));
    };
    if (state == "corrupt") {
        add({state, "-", "-", "-", "-", "-", "-", safe(text_of(message, "error"))});
    }
    for (const auto& recipient : part_of(message, "recipients")) {
        const std::string progress = text_of(recipient, "state");
        if (progress == "done") continue;
        const bool is_held = state == "held" && progress == "waiting";
        add({safe(is_held ? state : progress), age(message, "arrival"),
             size_text(number_of(message, "bytes")),
             fmt::format("{}", number_of(recipient, "tries")),
             is_held ? "-" : wait(recipient, "due"), sender_text(message),
             safe(text_of(recipient, "address")), attempt_text(part_of(recipient, "last"))});
    }
}

std::string QueuePage::draining(const Json& node) const {
    return fmt::format("{}: {} left, {} under way.\n", safe(text_of(node, "node")),
                       counted(number_of(node, "messages"), "message", "messages"),
                       counted(number_of(node, "deliveries"), "delivery", "deliveries"));
}

std::string QueuePage::drained(const std::string& node) {
    return safe(node) + " is empty. Stop and upgrade it; it takes mail again after a start.\n";
}

std::string QueuePage::undrained(const std::string& node) {
    return safe(node) + " works normally again.\n";
}

std::string QueuePage::unreached(const Json& answer) {
    std::string ids;
    for (const auto& id : part_of(answer, "ids")) {
        if (id.is_string()) ids += (ids.empty() ? "" : ", ") + safe(id.get<std::string>());
    }
    return "turnaway queue: " + ids + (ids.empty() ? "" : ": ") +
           safe(text_of(answer, "error"), line_bytes_max) + '\n';
}

Table QueuePage::destination_table() const {
    return Table(
        {"DOMAIN", "MESSAGES", "HELD", "UNREPORTABLE", "ACTIVE", "OLDEST", "NEXT", "LAST"});
}

void QueuePage::add_destination(const Json& destination, Table* table) const {
    const auto number = [&](const char* key) {
        return fmt::format("{}", number_of(destination, key));
    };
    table->add({safe(text_of(destination, "destination")), number("messages"), number("held"),
                number("unreportable"), number("active"), age(destination, "oldest"),
                wait(destination, "next"), attempt_text(part_of(destination, "failure"))});
}

std::string QueuePage::totals(const Json& totals) const {
    std::string text =
        counted(number_of(totals, "messages"), "message", "messages") + " for " +
        counted(number_of(totals, "recipients"), "waiting recipient", "waiting recipients") +
        " at " + counted(number_of(totals, "destinations"), "domain", "domains") + ", " +
        size_text(number_of(totals, "bytes")) + " octets";
    if (const auto held = number_of(totals, "held")) text += fmt::format("; {} held", held);
    if (const auto failed = number_of(totals, "unreportable")) {
        text +=
            "; " + counted(failed, "failure", "failures") + " whose sender could not be notified";
    }
    if (const auto corrupt = number_of(totals, "corrupt")) {
        text += "; " + counted(corrupt, "message", "messages") + " that cannot be read";
    }
    if (const auto hosts = number_of(totals, "refusing_hosts")) {
        text += "; " + counted(hosts, "host", "hosts") + " known not to accept mail";
    }
    return text + ".\n";
}

Table QueuePage::host_table() const {
    return Table({"ADDRESS", "HOST", "SEEN", "SAID"});
}

void QueuePage::add_host(const Json& host, Table* table) const {
    const std::string name = text_of(host, "host");
    table->add({safe(place_of(host)), name.empty() ? "-" : safe(name), age(host, "seen") + " ago",
                safe(text_of(host, "words"))});
}

void QueuePage::append_recipient(const Json& recipient, bool is_held, std::string* out) const {
    const std::string state = text_of(recipient, "state");
    *out += fmt::format("  {}To{}        {}: {}, {}", colours_.label, colours_.off,
                        safe(text_of(recipient, "address"), line_bytes_max),
                        counted(number_of(recipient, "tries"), "try", "tries"), safe(state));
    if (state == "waiting" && is_held) *out += " for its release";
    if (state == "waiting" && !is_held) {
        const auto when = wait(recipient, "due");
        *out += when == "now" ? ", due now" : ", next in " + when;
    }
    if (state == "unreportable") *out += "; it failed, and there is no sender to notify";
    *out += '\n';
    std::string owed;
    for (const auto& each : part_of(recipient, "owed")) {
        if (!each.is_string()) continue;
        owed += (owed.empty() ? "" : ", ") + safe(each.get<std::string>());
    }
    if (!owed.empty()) *out += "            reports the sender may still get: " + owed + '\n';
    for (const auto& attempt : part_of(recipient, "attempts")) {
        const std::string host = text_of(attempt, "host");
        const std::string address = text_of(attempt, "address");
        *out += fmt::format("            {} {}{} {}: {} {} {}\n", safe(text_of(attempt, "time")),
                            safe(host), address.empty() ? "" : "[" + safe(address) + "]",
                            safe(text_of(attempt, "stage")), safe(text_of(attempt, "verdict")),
                            safe(text_of(attempt, "status")),
                            safe(text_of(attempt, "words"), line_bytes_max));
    }
}

std::string QueuePage::message(const Json& message) const {
    std::string out =
        fmt::format("{}Message {}: {}{}\n", colours_.answer, safe(text_of(message, "id")),
                    safe(text_of(message, "state")), colours_.off);
    const auto entry = [&](std::string_view label, const std::string& text) {
        out += fmt::format("  {}{:<10}{}{}\n", colours_.label, label, colours_.off, text);
    };
    if (message.contains("node")) entry("Node", safe(text_of(message, "node")));
    entry("From", sender_text(message));
    entry("Came", fmt::format("{}, {} ago, by {}", safe(text_of(message, "arrival")),
                              age(message, "arrival"), safe(text_of(message, "client"))));
    entry("Size", fmt::format("{} octets, {}{}", number_of(message, "bytes"),
                              safe(text_of(message, "body")),
                              message.value("smtputf8", false) ? ", SMTPUTF8" : ""));
    const std::string envid = text_of(message, "envid");
    if (!envid.empty()) entry("ENVID", safe(envid, line_bytes_max));
    const bool is_held = text_of(message, "state") == "held";
    for (const auto& recipient : part_of(message, "recipients")) {
        append_recipient(recipient, is_held, &out);
    }
    out += fmt::format("  {}Header{}\n", colours_.label, colours_.off);
    std::string header = text_of(message, "header");
    std::ranges::replace(header, '\t', ' ');
    for (std::string_view rest = header; !rest.empty();) {
        const auto end = std::min(rest.find('\n'), rest.size());
        auto line = rest.substr(0, end);
        rest.remove_prefix(std::min(end + 1, rest.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        out += "    " + safe(line, line_bytes_max) + '\n';
    }
    if (message.value("header_is_cut", false)) out += "    ...\n";
    return out;
}

}  // namespace turnaway::cli
