#include "check/subject.h"

#include "base/printable.h"
#include "base/text.h"
#include "mail/address.h"
#include "route/ip_address.h"

namespace turnaway::check {
namespace {

constexpr std::size_t shown_bytes_most = 80;

std::unexpected<std::string> refused(std::string_view text, mail::AddressError error) {
    std::string words = "\"";
    base::append_printable(words, text, shown_bytes_most);
    words += "\" is no domain, mail address or host: ";
    words += mail::describe(error);
    return std::unexpected(std::move(words));
}

Subject subject_of(std::string_view text, std::variant<mail::Domain, mail::AddressLiteral> target) {
    return {.input = std::string(text), .target = std::move(target)};
}

std::expected<Subject, std::string> of_address(std::string_view text) {
    auto address = mail::Address::parse(text);
    if (!address) return refused(text, address.error());
    Subject subject = subject_of(text, address->host());
    subject.is_address = true;
    subject.needs_smtputf8 = address->needs_smtputf8();
    return subject;
}

std::expected<Subject, std::string> of_literal(std::string_view text, const std::string& literal) {
    auto parsed = mail::AddressLiteral::parse(literal);
    if (!parsed) return refused(text, parsed.error());
    Subject subject = subject_of(text, *std::move(parsed));
    subject.is_host = true;
    return subject;
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
    if (trimmed.find('@') != std::string_view::npos) return of_address(trimmed);
    if (trimmed.starts_with('[')) return of_literal(trimmed, std::string(trimmed));
    if (const auto address = route::IpAddress::parse(trimmed)) {
        return of_literal(trimmed, (address->is_ipv4() ? "[" : "[IPv6:") + address->text() + ']');
    }
    auto domain = mail::Domain::parse(trimmed);
    if (!domain) return refused(trimmed, domain.error());
    Subject subject = subject_of(trimmed, *std::move(domain));
    subject.is_host = is_host;
    return subject;
}

}  // namespace turnaway::check
