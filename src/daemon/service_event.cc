#include "daemon/service_event.h"

#include <fmt/format.h>

namespace turnaway::daemon {
namespace {

using base::LogLine;

// The part of the daemon under which an event is logged, and its text.
struct Text {
    std::string_view part;
    std::string words;
};

Text text_of(const Started& event) {
    auto words = fmt::format("daemon started -- version {}, configuration {}",
                             log_word(event.version), log_words(event.config));
    if (event.queued) words += fmt::format(", {} messages queued", *event.queued);
    return {"master", std::move(words)};
}

Text text_of(const Listening& event) {
    const std::string_view scheme = event.protocol == "http" ? "http://" : "";
    return {"master", fmt::format("listening on {}{}", scheme, log_words(event.place))};
}

Text text_of(const Reloaded& event) {
    std::string words =
        event.is_taken ? "configuration reloaded" : "warning: configuration not reloaded";
    if (!event.words.empty()) words += ": " + log_words(event.words);
    return {"master", std::move(words)};
}

Text text_of(const Stopped& event) {
    return {"master", fmt::format("daemon stopped -- exit code {}: {}", event.exit_code,
                                  log_words(event.reason))};
}

Text text_of(const Controlled& event) {
    return {"control", fmt::format("uid={} pid={} {} {}: {} changed", event.user, event.process,
                                   log_word(event.request), log_words(event.about), event.changed)};
}

Text text_of(const Trouble& event) {
    const std::string id = event.id.empty() ? std::string() : log_word(event.id) + ": ";
    return {"master", id + (event.is_error ? "error: " : "warning: ") + log_words(event.words)};
}

std::string_view event_name(const Started&) {
    return "started";
}
std::string_view event_name(const Listening&) {
    return "listening";
}
std::string_view event_name(const Reloaded&) {
    return "reloaded";
}
std::string_view event_name(const Stopped&) {
    return "stopped";
}
std::string_view event_name(const Controlled&) {
    return "controlled";
}
std::string_view event_name(const Trouble&) {
    return "trouble";
}

void add(LogLine& line, const Started& event) {
    line.add("version", event.version);
    line.add("config", event.config);
    if (event.queued) line.add("queued", *event.queued);
}

void add(LogLine& line, const Listening& event) {
    line.add("protocol", event.protocol);
    line.add("address", event.address);
    line.add("port", std::uint64_t{event.port});
}

void add(LogLine& line, const Reloaded& event) {
    line.add("taken", event.is_taken);
    if (!event.words.empty()) line.add("words", event.words);
}

void add(LogLine& line, const Stopped& event) {
    line.add("exit_code", static_cast<std::uint64_t>(event.exit_code));
    line.add("reason", event.reason);
}

void add(LogLine& line, const Controlled& event) {
    line.add("user", std::uint64_t{event.user});
    line.add("process", std::uint64_t{event.process});
    line.add("request", event.request);
    line.add("about", event.about);
    line.add("changed", event.changed);
}

void add(LogLine& line, const Trouble& event) {
    line.add("severity", std::string_view(event.is_error ? "error" : "warning"));
    if (!event.id.empty()) line.add("id", event.id);
    line.add("words", event.words);
}

}  // namespace

LogLevel level_of(const ServiceEvent& event) {
    const auto* reloaded = std::get_if<Reloaded>(&event);
    const bool is_warning = std::holds_alternative<Trouble>(event) ||
                            std::holds_alternative<Stopped>(event) ||
                            (reloaded != nullptr && !reloaded->is_taken);
    return is_warning ? LogLevel::warning : LogLevel::info;
}

std::string text_line(const ServiceEvent& event, const LogStyle& style, LogTime now) {
    const Text text = std::visit([](const auto& one) { return text_of(one); }, event);
    return text_line(style, now, text.part, text.words);
}

std::string json_line(const ServiceEvent& event, LogTime now) {
    return std::visit(
        [now](const auto& one) {
            return json_line(now, event_name(one), [&one](LogLine& line) { add(line, one); });
        },
        event);
}

std::string log_line(const ServiceEvent& event, const LogStyle& style, LogTime now) {
    return style.form == LogForm::json ? json_line(event, now) : text_line(event, style, now);
}

}  // namespace turnaway::daemon
