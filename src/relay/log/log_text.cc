// The log as Postfix writes it.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "base/text.h"
#include "relay/log/log_form.h"

namespace turnaway::relay {

namespace {

constexpr std::size_t words_bytes_max = 1000;
constexpr std::size_t name_bytes_max = 300;

// On one line, safe for a terminal.
std::string safe(std::string_view text, std::size_t bytes_max = words_bytes_max) {
    std::string out;
    base::append_printable(out, text, bytes_max);
    return out;
}

// The same for what stands between `<` and `>`, or before a comma: nothing in it may look like the
// end. Quoted local-parts keep their spaces escaped.
std::string word(std::string_view text) {
    std::string out;
    for (const char c : safe(text, name_bytes_max)) {
        if (c == '<' || c == '>' || c == ' ' || c == ',' || c == '[' || c == ']') {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out;
}

// An address literal keeps its brackets.
std::string helo_word(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        return '[' + word(text.substr(1, text.size() - 2)) + ']';
    }
    return word(text);
}

std::string mailbox(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos) return word(text);
    return word(text.substr(0, at)) + '@' + helo_word(text.substr(at + 1));
}

std::string peer(std::string_view name, std::string_view address) {
    return (name.empty() ? "unknown" : word(name)) + '[' + word(address) + ']';
}

std::string peer(const LogClient& client) {
    return peer(client.name, client.address);
}

std::string seconds(std::chrono::milliseconds time) {
    const double value = static_cast<double>(std::max<std::int64_t>(time.count(), 0)) / 1000.0;
    return value < 100 ? fmt::format("{:.2f}", value) : fmt::format("{:.0f}", value);
}

// As Postfix calls it.
std::string_view notification(ReportKind kind) {
    switch (kind) {
        case ReportKind::failure:
            return "non-delivery";
        case ReportKind::delay:
            return "delay";
        case ReportKind::success:
            return "delivery status";
    }
    return "";
}

class Text {
  public:
    Text(const LogStyle& style, std::chrono::system_clock::time_point now) : style_(style) {
        if (!style.has_time) return;
        const auto whole = std::chrono::floor<std::chrono::seconds>(now);
        const auto part = std::chrono::duration_cast<std::chrono::milliseconds>(now - whole);
        time_ = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z {} ",
                            fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), part.count(),
                            style.host);
    }

    std::string operator()(const Connected& event) const {
        return line("smtpd", "connect from " + peer(event.client));
    }
    std::string operator()(const Disconnected& event) const {
        return line("smtpd", fmt::format("disconnect from {} ended={} messages={} commands={}",
                                         peer(event.client), word(event.ended), event.messages,
                                         event.commands));
    }
    std::string operator()(const Received& event) const {
        const std::string id = event.id.text();
        const std::string first = event.client.address.empty()
                                      ? std::string()
                                      : line("smtpd", id + ": client=" + peer(event.client));
        return first +
               line("qmgr", fmt::format("{}: from=<{}>, size={}, nrcpt={} (queue active)", id,
                                        mailbox(event.from), event.bytes, event.recipients));
    }
    std::string operator()(const Refused& event) const {
        std::string text = fmt::format("NOQUEUE: reject: {} from {}: {}", word(event.command),
                                       peer(event.client), event.code.value());
        if (event.status) text += ' ' + event.status->text();
        text += ' ' + safe(event.words) + "; from=<" + mailbox(event.from) + '>';
        if (event.to) text += " to=<" + mailbox(*event.to) + '>';
        text += event.is_esmtp ? " proto=ESMTP" : " proto=SMTP";
        return line("smtpd", text + " helo=<" + helo_word(event.helo) + '>');
    }
    std::string operator()(const Delivered& event) const {
        const Delays& delays = event.delays;
        const bool has_host = !event.host.empty() || !event.address.empty();
        const std::string relay =
            has_host ? fmt::format("{}:{}", peer(event.host, event.address), event.port) : "none";
        return line("smtp",
                    fmt::format("{}: to=<{}>, relay={}, delay={}, delays={}/{}/{}/{}, "
                                "dsn={}, status={} ({})",
                                event.id.text(), mailbox(event.to), relay, seconds(delays.sum()),
                                seconds(delays.before), seconds(delays.turn),
                                seconds(delays.connection), seconds(delays.transmission),
                                event.status.text(), name(event.result), safe(event.words)));
    }
    std::string operator()(const Reported& event) const {
        return line("bounce", fmt::format("{}: sender {} notification: {}", event.id.text(),
                                          notification(event.kind), event.report.text()));
    }
    std::string operator()(const Removed& event) const {
        return line("qmgr", event.id.text() + ": removed");
    }
    std::string operator()(const HostRefuses& event) const {
        return line("smtp", fmt::format("host takes no mail: {}:{} said: {} (remembered; if it is "
                                        "wrong: turnaway queue forget {})",
                                        peer(event.host, event.address), event.port,
                                        safe(event.words), event.place));
    }
    std::string operator()(const HostForgotten& event) const {
        return line("smtp", "host may take mail again: " + safe(event.place));
    }
    std::string operator()(const Started& event) const {
        return line("master", fmt::format("daemon started -- version {}, configuration {}, "
                                          "{} messages queued",
                                          word(event.version), safe(event.config), event.queued));
    }
    std::string operator()(const Listening& event) const {
        const std::string_view scheme = event.protocol == "http" ? "http://" : "";
        return line("master", fmt::format("listening on {}{}", scheme, safe(event.place)));
    }
    std::string operator()(const Reloaded& event) const {
        std::string text =
            event.is_taken ? "configuration reloaded" : "warning: configuration not reloaded";
        if (!event.words.empty()) text += ": " + safe(event.words);
        return line("master", text);
    }
    std::string operator()(const Stopped& event) const {
        return line("master", fmt::format("daemon stopped -- exit code {}: {}", event.exit_code,
                                          safe(event.reason)));
    }
    std::string operator()(const Controlled& event) const {
        return line("control",
                    fmt::format("uid={} pid={} {} {}: {} changed", event.user, event.process,
                                word(event.request), safe(event.about), event.changed));
    }
    std::string operator()(const Trouble& event) const {
        const std::string id = event.id ? event.id->text() + ": " : std::string();
        return line("master", id + (event.is_error ? "error: " : "warning: ") + safe(event.words));
    }

  private:
    std::string line(std::string_view part, std::string_view text) const {
        std::string out =
            fmt::format("{}turnaway-relay/{}[{}]: {}", time_, part, style_.process, text);
        // Escapes are up to four times as long as what they stand for.
        if (out.size() >= log_line_bytes_max) out.resize(log_line_bytes_max - 1);
        return out + '\n';
    }

    const LogStyle& style_;
    std::string time_;
};

}  // namespace

std::string text_lines(const LogEvent& event, const LogStyle& style,
                       std::chrono::system_clock::time_point now) {
    return std::visit(Text(style, now), event);
}

}  // namespace turnaway::relay
