// The log in the format of Postfix.
#include <fmt/format.h>

#include <algorithm>

#include "relay/log/log_form.h"

namespace turnaway::relay {

namespace {

using daemon::log_word;
using daemon::log_words;

// An address literal keeps its brackets. Quoted local-parts keep their spaces escaped.
std::string helo_word(std::string_view text) {
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        return '[' + log_word(text.substr(1, text.size() - 2)) + ']';
    }
    return log_word(text);
}

std::string mailbox(std::string_view text) {
    const std::size_t at = text.rfind('@');
    if (at == std::string_view::npos) return log_word(text);
    return log_word(text.substr(0, at)) + '@' + helo_word(text.substr(at + 1));
}

std::string peer(std::string_view name, std::string_view address) {
    return (name.empty() ? "unknown" : log_word(name)) + '[' + log_word(address) + ']';
}

std::string peer(const LogClient& client) {
    return peer(client.name, client.address);
}

std::string seconds(std::chrono::milliseconds time) {
    const double value = static_cast<double>(std::max<std::int64_t>(time.count(), 0)) / 1000.0;
    return value < 100 ? fmt::format("{:.2f}", value) : fmt::format("{:.0f}", value);
}

// Postfix's name for it.
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
    Text(const LogStyle& style, LogTime now) : style_(style), now_(now) {}

    std::string operator()(const Connected& event) const {
        return line("smtpd", "connect from " + peer(event.client));
    }
    std::string operator()(const Disconnected& event) const {
        return line("smtpd", fmt::format("disconnect from {} ended={} messages={} commands={}",
                                         peer(event.client), log_word(event.ended), event.messages,
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
        std::string text = fmt::format("NOQUEUE: reject: {} from {}: {}", log_word(event.command),
                                       peer(event.client), event.code.value());
        if (event.status) text += ' ' + event.status->text();
        text += ' ' + log_words(event.words) + "; from=<" + mailbox(event.from) + '>';
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
                                event.status.text(), name(event.result), log_words(event.words)));
    }
    std::string operator()(const Reported& event) const {
        return line("bounce", fmt::format("{}: sender {} notification: {}", event.id.text(),
                                          notification(event.kind), event.report.text()));
    }
    std::string operator()(const Removed& event) const {
        return line("qmgr", event.id.text() + ": removed");
    }
    std::string operator()(const HostRefuses& event) const {
        return line(
            "smtp",
            fmt::format("host does not accept mail: {}:{} replied: {} (remembered; if it is "
                        "wrong: turnaway queue forget {})",
                        peer(event.host, event.address), event.port, log_words(event.words),
                        event.place));
    }
    std::string operator()(const HostForgotten& event) const {
        return line("smtp", "host may accept mail again: " + log_words(event.place));
    }
    std::string operator()(const daemon::ServiceEvent& event) const {
        return daemon::text_line(event, style_, now_);
    }

  private:
    std::string line(std::string_view part, std::string_view text) const {
        return daemon::text_line(style_, now_, part, text);
    }

    const LogStyle& style_;
    const LogTime now_;
};

}  // namespace

std::string text_lines(const LogEvent& event, const LogStyle& style, LogTime now) {
    return std::visit(Text(style, now), event);
}

}  // namespace turnaway::relay
