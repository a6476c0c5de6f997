#include "gate/protocol/opensmtpd_sessions.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "bounce/log/field_text.h"
#include "bounce/log/log_readers.h"

namespace turnaway::gate {

namespace {

using bounce::take_prefix;

constexpr auto npos = std::string_view::npos;
constexpr std::size_t id_digits = 16;
constexpr std::uint16_t smtp_port = 25;

std::optional<std::uint64_t> take_id(std::string_view& message) {
    if (message.size() < id_digits) return std::nullopt;
    std::uint64_t id = 0;
    const auto digits = message.substr(0, id_digits);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id, 16);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    message.remove_prefix(id_digits);
    return id;
}

bool is_once(std::string_view text, std::string_view mark) {
    const auto at = text.find(mark);
    return at != npos && text.find(mark, at + 1) == npos;
}

bool is_name_or_address(std::string_view text) {
    return !text.empty() && text.size() <= base::limits::domain_bytes_max &&
           std::ranges::all_of(text, [](char c) {
               return base::is_alnum(c) || c == '.' || c == '-' || c == '_' || c == ':';
           });
}

// The lines of a reply are logged as one, with the hyphen of the first.
std::string as_one_line(std::string_view reply) {
    std::string text(reply);
    if (text.size() > 3 && text[3] == '-') text[3] = ' ';
    return text;
}

}  // namespace

// `smtp://192.0.2.1:25 host=mx.example.org`
void OpenSmtpdSessions::begin(std::uint64_t id, std::string_view fields) {
    const bool is_smtp =
        std::ranges::any_of(std::initializer_list<std::string_view>{"smtp://", "smtp+tls://",
                                                                    "smtps://", "smtp+notls://"},
                            [&](std::string_view scheme) { return take_prefix(fields, scheme); });
    const auto address_end = fields.find(" host=");
    if (!is_smtp || address_end == npos) return;
    const auto at = route::HostPort::parse(fields.substr(0, address_end), smtp_port);
    const auto host = fields.substr(address_end + 6);
    if (!at || !is_name_or_address(host)) return;
    const auto address =
        at->address.is_ipv4() ? at->address.text() : '[' + at->address.text() + ']';
    Session session{.id = id,
                    .relay = address + " (" + std::string(host) + ')',
                    .host = std::string(host),
                    .at = *at};
    // A session may connect again, to another port.
    if (const auto known = find(id); known != sessions_.end()) {
        *known = std::move(session);
    } else if (sessions_.size() < sessions_max) {
        sessions_.push_back(std::move(session));
    } else {
        sessions_[oldest_] = std::move(session);
        oldest_ = (oldest_ + 1) % sessions_max;
    }
}

std::vector<OpenSmtpdSessions::Session>::iterator OpenSmtpdSessions::find(std::uint64_t id) {
    return std::ranges::find(sessions_, id, &Session::id);
}

std::optional<OpenSmtpdSessions::Reply> OpenSmtpdSessions::read(std::string_view message) {
    const auto whole = message;
    const auto id = take_id(message);
    if (!id || !take_prefix(message, " mta ")) return std::nullopt;
    if (take_prefix(message, "connecting address=")) {
        begin(*id, message);
        return std::nullopt;
    }
    const auto session = find(*id);
    if (session == sessions_.end()) return std::nullopt;
    const auto reply = [&](std::string_view text, codes::Stage stage) {
        return Reply{
            .host = session->host, .at = session->at, .text = as_one_line(text), .stage = stage};
    };
    if (take_prefix(message, "error reason=")) {
        if (take_prefix(message, "BANNER rejected: "))
            return reply(message, codes::Stage::greeting);
        const bool is_hello =
            take_prefix(message, "EHLO rejected: ") || take_prefix(message, "HELO rejected: ");
        return is_hello ? std::optional(reply(message, codes::Stage::ehlo)) : std::nullopt;
    }
    bounce::DeliveryEvent event;
    const bool is_sure = is_once(whole, " relay=\"") && is_once(whole, " result=\"") &&
                         is_once(whole, " stat=\"") &&
                         whole.contains(" relay=\"" + session->relay + "\" delay=");
    if (!is_sure || !bounce::read_opensmtpd(whole, event)) return std::nullopt;
    return reply(event.text, codes::Stage::rcpt);
}

}  // namespace turnaway::gate
