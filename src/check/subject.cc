#include "check/subject.h"

#include <vector>

#include "base/printable.h"
#include "base/text.h"
#include "check/typed_name.h"
#include "mail/address.h"
#include "route/ip_address.h"

namespace turnaway::check {
namespace {

constexpr std::size_t shown_bytes_max = 80;

std::string quoted(std::string_view text) {
    std::string words = "\"";
    base::append_printable(words, text, shown_bytes_max);
    return words + '"';
}

using Read = std::expected<Subject, mail::AddressError>;

Subject subject_of(std::string_view text, std::variant<mail::Domain, mail::AddressLiteral> target) {
    return {.input = std::string(text), .target = std::move(target)};
}

Read of_address(std::string_view text) {
    auto address = mail::Address::parse(text);
    if (!address) return std::unexpected(address.error());
    Subject subject = subject_of(text, address->host());
    subject.is_address = true;
    subject.needs_smtputf8 = address->needs_smtputf8();
    return subject;
}

Read of_literal(std::string_view text, const std::string& literal) {
    auto parsed = mail::AddressLiteral::parse(literal);
    if (!parsed) return std::unexpected(parsed.error());
    Subject subject = subject_of(text, *std::move(parsed));
    subject.is_host = true;
    return subject;
}

// `[example.org]` and `IPv6:2001:db8::1` too: brackets often get lost or added in copying.
Read of_brackets(std::string_view text) {
    Read read = of_literal(text, std::string(text));
    if (read || !text.ends_with(']') || text.size() < 3) return read;
    const std::string_view inner = text.substr(1, text.size() - 2);
    if (const auto address = route::IpAddress::parse(inner)) {
        return of_literal(text, (address->is_ipv4() ? "[" : "[IPv6:") + address->text() + ']');
    }
    if (auto domain = mail::Domain::parse(inner)) return subject_of(text, *std::move(domain));
    return read;
}

// A domain, mail address or host, with nothing around it.
Read read_plain(std::string_view text, bool is_host) {
    if (text.find('@') != std::string_view::npos) return of_address(text);
    if (text.starts_with('[')) return of_brackets(text);
    if (base::starts_with_no_case(text, "ipv6:")) {
        return of_literal(text, '[' + std::string(text) + ']');
    }
    if (const auto address = route::IpAddress::parse(text)) {
        return of_literal(text, (address->is_ipv4() ? "[" : "[IPv6:") + address->text() + ']');
    }
    auto domain = mail::Domain::parse(text);
    if (!domain) return std::unexpected(domain.error());
    Subject subject = subject_of(text, *std::move(domain));
    subject.is_host = is_host;
    return subject;
}

// A local part with an invisible character is a valid address, but hardly the intended one.
bool is_credible(std::string_view text) {
    const auto at = text.rfind('@');
    return at == std::string_view::npos || !has_invisible(text.substr(0, at));
}

// `mx.example.org:25`, `[192.0.2.1]:25`: what to type instead; empty for anything else.
std::string advice_on_port(std::string_view name) {
    const auto colon = name.rfind(':');
    if (colon == std::string_view::npos) return {};
    const std::string_view host = name.substr(0, colon);
    const std::string_view port = name.substr(colon + 1);
    if (!base::parse_unsigned<unsigned>(port, 65535) || !read_plain(host, false)) return {};
    return "Type " + quoted(host) + ", with --port " + std::string(port) + " to check that port.";
}

// Empty if no likely correction was found.
std::string advice_for(std::string_view typed) {
    const std::string name = bare_name(typed);
    if (auto advice = advice_on_port(name); !advice.empty()) return advice;
    std::vector<std::string> names;
    for (const std::string& word : words_of(typed)) {
        std::string bare = bare_name(word);
        const bool is_whole = bare.contains('.') && is_credible(bare) && read_plain(bare, false);
        if (is_whole) names.push_back(std::move(bare));
    }
    if (names.size() > 1) {
        return "Give each name as a separate argument or row: " + quoted(names[0]) + ", " +
               quoted(names[1]) + (names.size() > 2 ? ", ..." : ".");
    }
    std::vector<std::string> all = suggestions(typed);
    all.insert(all.end(), names.begin(), names.end());
    for (const std::string& each : all) {
        const bool is_better = each != without_blanks(typed) &&
                               (each.contains('.') || each.contains(':')) && is_credible(each) &&
                               read_plain(each, false);
        if (is_better) return "Type " + quoted(each) + " instead.";
    }
    return {};
}

std::unexpected<std::string> refused(std::string_view text, mail::AddressError error) {
    std::string words = quoted(text) + " is not a domain, mail address or host: ";
    words += mail::describe(error);
    words += '.';
    if (const std::string advice = advice_for(text); !advice.empty()) words += ' ' + advice;
    return std::unexpected(std::move(words));
}

}  // namespace

std::string Subject::shown() const {
    if (const auto* given = literal()) return given->text();
    std::string people = domain()->to_unicode();
    if (people == domain()->text()) return people;
    return people + " (" + domain()->text() + ')';
}

std::expected<Subject, std::string> parse_subject(std::string_view text, bool is_host) {
    const std::string_view trimmed = base::trim(text);
    const std::string_view seen = without_blanks(trimmed);
    Read read = read_plain(seen, is_host);
    if (!read || !is_credible(seen)) {
        const std::string bare = bare_name(trimmed);
        Read again = read_plain(bare, is_host);
        if (!again || !is_credible(bare)) {
            return refused(trimmed, read ? mail::AddressError::local_part_character : read.error());
        }
        read = std::move(again);
    }
    read->input = std::string(trimmed);
    return *std::move(read);
}

}  // namespace turnaway::check
