#include "gate/protocol/logged_refusal.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "bounce/log/framed_line.h"
#include "codes/constants.h"
#include "codes/stage.h"
#include "smtp/host_refusal.h"
#include "smtp/reply.h"

namespace turnaway::gate {

namespace {

constexpr auto npos = std::string_view::npos;
// Postfix cuts at 2000 bytes; a line that was cut may have lost what makes it ambiguous.
constexpr std::size_t line_bytes_max = 1500;
constexpr std::uint16_t smtp_port = 25;

struct Host {
    std::string_view name;
    route::HostPort at;
};

// The only `mark` in the text: its position, or npos if there is none or more than one.
std::size_t find_only(std::string_view text, std::string_view mark) {
    const auto at = text.find(mark);
    return at != npos && text.find(mark, at + 1) == npos ? at : npos;
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::optional<route::IpAddress> take_bracketed_address(std::string_view& text) {
    if (!take(text, "[")) return std::nullopt;
    const auto end = text.find(']');
    if (end == npos) return std::nullopt;
    auto address = text.substr(0, end);
    text.remove_prefix(end + 1);
    take(address, "IPv6:");  // Sendmail
    return route::IpAddress::parse(address);
}

// `mx.example.org[192.0.2.1]`, with `between` before the bracket, perhaps `:25` behind it.
std::optional<Host> take_host(std::string_view& text, std::string_view between) {
    const auto end = std::min(text.find_first_of("[ "), text.size());
    auto name = text.substr(0, end);
    text.remove_prefix(end);
    if (!take(text, between)) return std::nullopt;
    const auto address = take_bracketed_address(text);
    if (!address) return std::nullopt;
    std::uint16_t port = smtp_port;
    const auto digits_end = std::min(text.find_first_not_of("0123456789", 1), text.size());
    if (text.starts_with(':') && digits_end > 1) {
        const auto number = base::parse_unsigned<std::uint16_t>(text.substr(1, digits_end - 1));
        if (!number) return std::nullopt;
        port = *number;
        text.remove_prefix(digits_end);
    }
    if (name.ends_with('.')) name.remove_suffix(1);
    return Host{.name = name, .at = {.address = *address, .port = port}};
}

// Lines of a reply joined by a blank (Postfix) or a written `\n` (Exim), as they were sent.
std::string with_line_ends(std::string_view reply) {
    std::string text;
    while (reply.size() > 3 && reply[3] == '-') {
        const auto code = reply.substr(0, 3);
        auto end = npos;
        std::size_t gap_bytes = 1;
        for (const std::string_view gap : {" ", "\\n"}) {
            const auto found = reply.find(std::string(gap).append(code), 4);
            if (found < end) {
                end = found;
                gap_bytes = gap.size();
            }
        }
        if (end == npos) break;
        text.append(reply.substr(0, end)).append("\r\n");
        reply.remove_prefix(end + gap_bytes);
    }
    return text.append(reply).append("\r\n");
}

std::optional<LoggedRefusal> judge(const Host& host, std::string_view reply, codes::Stage stage) {
    smtp::ReplyReader reader;
    const auto step = reader.next(with_line_ends(reply));
    if (!step || !step->reply || step->reply->code != codes::host_takes_no_mail) {
        return std::nullopt;
    }
    const std::array names{host.name};
    const bool is_about_host =
        codes::is_before_mail(stage)
            ? smtp::scope_of(*step->reply, stage) == codes::RefusalScope::host
            : smtp::is_about_host_itself(*step->reply, stage, names);
    if (!is_about_host) return std::nullopt;
    return LoggedRefusal{
        .host = std::string(host.name), .at = host.at, .words = smtp::words_of(*step->reply)};
}

// `host mx.example.org[192.0.2.1] refused to talk to me: 521 ...`
std::optional<LoggedRefusal> read_postfix_words(std::string_view words,
                                                const std::optional<Host>& relay) {
    if (!take(words, "host ")) return std::nullopt;
    auto host = take_host(words, "");
    if (!host) return std::nullopt;
    if (relay) {
        if (relay->name != host->name || relay->at.address != host->at.address) return std::nullopt;
        host->at.port = relay->at.port;
    }
    if (take(words, " refused to talk to me: ")) {
        return judge(*host, words, codes::Stage::greeting);
    }
    if (!take(words, " said: ")) return std::nullopt;
    for (const auto& [note, stage] :
         {std::pair{" (in reply to MAIL FROM command)", codes::Stage::mail},
          std::pair{" (in reply to RCPT TO command)", codes::Stage::rcpt}}) {
        if (words.ends_with(note)) {
            words.remove_suffix(std::string_view(note).size());
            return judge(*host, words, stage);
        }
    }
    return std::nullopt;
}

// What the delivering program of Postfix writes: `QUEUEID: host ...` about a host of several, and
// `QUEUEID: to=<...>, relay=..., status=deferred (host ...)`.
std::optional<LoggedRefusal> read_postfix(std::string_view message) {
    const auto colon = message.find(": ");
    if (colon == npos || !std::ranges::all_of(message.substr(0, colon), base::is_alnum)) {
        return std::nullopt;
    }
    message.remove_prefix(colon + 2);
    if (message.starts_with("host ")) return read_postfix_words(message, std::nullopt);
    if (!message.starts_with("to=<") || !message.ends_with(')')) return std::nullopt;
    const auto relay_at = find_only(message, ", relay=");
    const auto status_at = find_only(message, ", status=");
    if (relay_at == npos || status_at == npos || status_at < relay_at) return std::nullopt;
    auto rest = message.substr(relay_at + 8);
    const auto relay = take_host(rest, "");
    auto words = message.substr(status_at + 9);
    words.remove_suffix(1);
    if (!relay || !(take(words, "deferred (") || take(words, "bounced ("))) return std::nullopt;
    return read_postfix_words(words, relay);
}

// `relay=mx.example.org. [192.0.2.1], dsn=5.5.0, reply=521 ..., stat=Service unavailable`
std::optional<LoggedRefusal> read_sendmail(std::string_view message) {
    const auto relay_at = find_only(message, ", relay=");
    const auto reply_at = find_only(message, ", reply=");
    const auto stat_at = find_only(message, ", stat=");
    if (relay_at == npos || reply_at == npos || stat_at == npos) return std::nullopt;
    if (relay_at > reply_at || reply_at > stat_at) return std::nullopt;
    auto rest = message.substr(relay_at + 8);
    const auto host = take_host(rest, " ");
    auto reply = message.substr(reply_at + 8, stat_at - reply_at - 8);
    if (!host) return std::nullopt;
    if (reply.ends_with("\\r")) reply.remove_suffix(2);
    return judge(*host, reply, codes::Stage::rcpt);
}

// `H=mx.example.org [192.0.2.1]: SMTP error from remote mail server after ...: 521 ...`
std::optional<LoggedRefusal> read_exim(std::string_view message) {
    constexpr std::string_view error = ": SMTP error from remote mail server after ";
    // About a host of several; a recipient that failed; one that is deferred.
    const bool is_attempt =
        message.starts_with("H=") || message.starts_with("** ") || message.starts_with("== ");
    const auto host_at = message.starts_with("H=") ? 0 : find_only(message, " H=");
    const auto error_at = find_only(message, error);
    if (!is_attempt || host_at == npos || error_at == npos || error_at < host_at) {
        return std::nullopt;
    }
    auto rest = message.substr(host_at);
    take(rest, " ");
    take(rest, "H=");
    const auto host = take_host(rest, " ");
    if (!host || !take(rest, error)) return std::nullopt;
    take(rest, "pipelined ");
    for (const auto& [command, stage] :
         {std::pair{"initial connection", codes::Stage::greeting},
          std::pair{"EHLO ", codes::Stage::ehlo}, std::pair{"HELO ", codes::Stage::ehlo},
          std::pair{"MAIL FROM:", codes::Stage::mail}, std::pair{"RCPT TO:", codes::Stage::rcpt}}) {
        if (!rest.starts_with(command)) continue;
        const auto reply_at = find_only(rest, ": 521");
        return reply_at == npos ? std::nullopt : judge(*host, rest.substr(reply_at + 2), stage);
    }
    return std::nullopt;
}

// The message of Exim's own log: after date, time, perhaps a time zone, and the message's
// identifier.
std::optional<std::string_view> exim_message(std::string_view line) {
    for (int words = 0; words < 4; ++words) {
        const auto end = line.find(' ');
        if (end == npos) return std::nullopt;
        const auto word = line.substr(0, end);
        line.remove_prefix(end + 1);
        const bool is_identifier = std::ranges::count(word, '-') == 2 && base::is_alnum(word[0]) &&
                                   words > 0 && word.size() >= 16;
        if (is_identifier) return line;
        if (!base::is_digit(word.empty() ? ' ' : word[0]) && words == 0) return std::nullopt;
    }
    return std::nullopt;
}

// `postfix/smtp[123]` and `postfix-out/relay/smtp[123]`.
bool is_postfix_client(std::string_view program) {
    return program.starts_with("postfix") &&
           program.substr(0, program.find('[')).ends_with("/smtp");
}

}  // namespace

std::optional<LoggedRefusal> RefusalLog::read(std::string_view line) {
    if (line.size() > line_bytes_max) return std::nullopt;
    if (const auto frame = bounce::framed(line); frame.program == "smtpd") {
        const auto reply = opensmtpd_.read(frame.message);
        if (!reply) return std::nullopt;
        return judge({.name = reply->host, .at = reply->at}, reply->text, reply->stage);
    }
    const bool may_be = line.find('"') == npos && line.find("521") != npos;
    if (!may_be) return std::nullopt;
    if (const auto message = exim_message(line)) return read_exim(*message);
    // The program that wrote it is the first word that ends with a colon.
    const auto end = line.find(": ");
    if (end == npos) return std::nullopt;
    const auto begin = line.rfind(' ', end) + 1;  // 0 if there is none
    const auto program = line.substr(begin, end - begin);
    const auto message = line.substr(end + 2);
    if (is_postfix_client(program)) return read_postfix(message);
    if (program.starts_with("sm-mta[") || program.starts_with("sendmail[")) {
        return read_sendmail(message);
    }
    if (program.starts_with("exim")) {
        const auto without_date = exim_message(message);
        return without_date ? read_exim(*without_date) : std::nullopt;
    }
    return std::nullopt;
}

}  // namespace turnaway::gate
