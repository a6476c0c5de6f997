#include "gate/log/decision_log.h"

#include <fmt/format.h>

#include "base/log_line.h"

namespace turnaway::gate {
namespace {

using daemon::log_word;
using daemon::log_words;
using daemon::LogForm;
using daemon::LogLevel;
using daemon::LogTime;

std::string text_of(const Decided& event) {
    const auto& [protocol, question, ruling, took] = event;
    std::string text = question.queue_id.empty() ? "NOQUEUE" : log_word(question.queue_id);
    text += fmt::format(": {}: {}", name(ruling.action), name(ruling.verdict));
    if (ruling.is_observed) text += " (observed)";
    if (const auto& reply = ruling.decision.reply) {
        text += fmt::format(": {} {}", reply->code.value(), reply->enhanced.text());
    }
    if (!ruling.words.empty()) text += ' ' + log_words(ruling.words);
    text += fmt::format("; from=<{}>", log_word(question.sender));
    if (question.about != About::sender)
        text += fmt::format(" to=<{}>", log_word(question.recipient));
    if (question.client) text += fmt::format(" client=[{}]", question.client->text());
    if (!question.user.empty()) text += fmt::format(" user=<{}>", log_word(question.user));
    return text;
}

std::string json_of(const Decided& event, LogTime now) {
    return daemon::json_line(now, "decision", [&event](base::LogLine& line) {
        const auto& [protocol, question, ruling, took] = event;
        line.add("protocol", name(protocol));
        line.add("verdict", name(ruling.verdict));
        line.add("action", name(ruling.action));
        line.add("observed", ruling.is_observed);
        if (const auto& reply = ruling.decision.reply) {
            line.add("code", static_cast<std::uint64_t>(reply->code.value()));
            line.add("status", reply->enhanced.text());
        }
        line.add("from", question.sender);
        if (question.about != About::sender) line.add("to", question.recipient);
        if (question.client) line.add("client", question.client->text());
        if (!question.user.empty()) line.add("user", question.user);
        if (!question.queue_id.empty()) line.add("queue_id", question.queue_id);
        line.add("ms", static_cast<std::uint64_t>(took.count()));
        line.add("words", ruling.words);
    });
}

// One line of an event without fields of its own in the text form.
void write(daemon::Log& log, std::string_view text, const std::string& json, LogTime now) {
    const bool is_json = log.style().form == LogForm::json;
    log.write_lines(is_json ? json : daemon::text_line(log.style(), now, "memory", text));
}

}  // namespace

LogLevel level_of(const Decided& event) {
    const auto verdict = event.ruling.verdict;
    const bool is_quiet =
        verdict == Verdict::accepted || verdict == Verdict::excepted || verdict == Verdict::unread;
    return is_quiet ? LogLevel::debug : LogLevel::info;
}

std::string log_line(const Decided& event, const daemon::LogStyle& style, LogTime now) {
    if (style.form == LogForm::json) return json_of(event, now);
    return daemon::text_line(style, now, name(event.protocol), text_of(event));
}

void log_decided(daemon::Log& log, const Decided& event) {
    if (!log.is_written(level_of(event))) return;
    log.write_lines(log_line(event, log.style(), std::chrono::system_clock::now()));
}

void log_host_refuses(daemon::Log& log, const verdict::HostMemory::Entry& host) {
    if (!log.is_written(LogLevel::info)) return;
    const auto now = std::chrono::system_clock::now();
    const auto json = daemon::json_line(now, "host-refuses", [&host](base::LogLine& line) {
        line.add("host", host.host);
        line.add("address", host.at.address.text());
        line.add("port", std::uint64_t{host.at.port});
        line.add("words", host.words);
    });
    write(log,
          "host does not accept mail: " + log_word(host.at.text()) +
              " replied: " + log_words(host.words),
          json, now);
}

void log_host_forgotten(daemon::Log& log, const route::HostPort& at) {
    if (!log.is_written(LogLevel::info)) return;
    const auto now = std::chrono::system_clock::now();
    const auto json = daemon::json_line(now, "host-forgotten", [&at](base::LogLine& line) {
        line.add("address", at.address.text());
        line.add("port", std::uint64_t{at.port});
    });
    write(log, "host may take mail again: " + log_word(at.text()), json, now);
}

}  // namespace turnaway::gate
