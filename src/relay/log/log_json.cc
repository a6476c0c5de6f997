// The log as one JSON object per line.
#include <algorithm>

#include "base/log_line.h"
#include "relay/log/log_form.h"

namespace turnaway::relay {

namespace {

using base::LogLine;

void add_client(LogLine& line, const LogClient& client) {
    if (client.address.empty()) return;
    line.add("client", client.address);
    line.add("client_port", std::uint64_t{client.port});
    if (!client.name.empty()) line.add("client_name", client.name);
}

void add_time(LogLine& line, std::string_view key, std::chrono::milliseconds time) {
    line.add(key, static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0)));
}

std::string_view event_name(const Connected&) {
    return "connected";
}
std::string_view event_name(const Disconnected&) {
    return "disconnected";
}
std::string_view event_name(const Received&) {
    return "received";
}
std::string_view event_name(const Refused&) {
    return "refused";
}
std::string_view event_name(const Delivered&) {
    return "delivery";
}
std::string_view event_name(const Reported&) {
    return "reported";
}
std::string_view event_name(const Removed&) {
    return "removed";
}
std::string_view event_name(const HostRefuses&) {
    return "host-refuses";
}
std::string_view event_name(const HostForgotten&) {
    return "host-forgotten";
}

void add(LogLine& line, const Connected& event) {
    add_client(line, event.client);
}

void add(LogLine& line, const Disconnected& event) {
    add_client(line, event.client);
    line.add("ended", event.ended);
    line.add("commands", std::uint64_t{event.commands});
    line.add("messages", std::uint64_t{event.messages});
}

void add(LogLine& line, const Received& event) {
    line.add("id", event.id.text());
    add_client(line, event.client);
    line.add("from", event.from);
    line.add("bytes", event.bytes);
    line.add("recipients", std::uint64_t{event.recipients});
    line.add("encrypted", event.is_encrypted);
    line.add("helo", event.helo);
}

void add(LogLine& line, const Refused& event) {
    add_client(line, event.client);
    line.add("command", event.command);
    line.add("code", static_cast<std::uint64_t>(event.code.value()));
    if (event.status) line.add("status", event.status->text());
    line.add("from", event.from);
    if (event.to) line.add("to", *event.to);
    line.add("helo", event.helo);
    line.add("words", event.words);
}

void add(LogLine& line, const Delivered& event) {
    line.add("id", event.id.text());
    line.add("result", name(event.result));
    line.add("status", event.status.text());
    line.add("to", event.to);
    if (!event.host.empty() || !event.address.empty()) {
        line.add("host", event.host);
        line.add("address", event.address);
        line.add("port", std::uint64_t{event.port});
    }
    add_time(line, "milliseconds", event.delays.sum());
    add_time(line, "milliseconds_before", event.delays.before);
    add_time(line, "milliseconds_turn", event.delays.turn);
    add_time(line, "milliseconds_connection", event.delays.connection);
    add_time(line, "milliseconds_transmission", event.delays.transmission);
    line.add("words", event.words);
}

void add(LogLine& line, const Reported& event) {
    line.add("id", event.id.text());
    line.add("report", event.report.text());
    line.add("kind", name(event.kind));
}

void add(LogLine& line, const Removed& event) {
    line.add("id", event.id.text());
}

void add(LogLine& line, const HostRefuses& event) {
    line.add("host", event.host);
    line.add("address", event.address);
    line.add("port", std::uint64_t{event.port});
    line.add("words", event.words);
    line.add("way_out", "turnaway queue forget " + std::string(event.place));
}

void add(LogLine& line, const HostForgotten& event) {
    line.add("address", event.address);
    line.add("port", std::uint64_t{event.port});
}

template <class Event>
std::string line_of(const Event& event, LogTime now) {
    return daemon::json_line(now, event_name(event), [&event](LogLine& line) { add(line, event); });
}

std::string line_of(const daemon::ServiceEvent& event, LogTime now) {
    return daemon::json_line(event, now);
}

}  // namespace

std::string json_lines(const LogEvent& event, LogTime now) {
    return std::visit([now](const auto& one) { return line_of(one, now); }, event);
}

}  // namespace turnaway::relay
