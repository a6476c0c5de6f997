#include "route/dns_answer.h"

namespace turnaway::route {

MxExchange parse_exchange(std::string_view text) {
    if (auto name = mail::Domain::parse(text)) return *std::move(name);
    if (text.ends_with('.')) text.remove_suffix(1);
    return UnreadableName{std::string(text)};
}

const std::string& exchange_text(const MxExchange& exchange) {
    if (const auto* name = std::get_if<mail::Domain>(&exchange)) return name->text();
    return std::get<UnreadableName>(exchange).text;
}

bool is_address_text(const MxExchange& exchange) {
    const auto* unreadable = std::get_if<UnreadableName>(&exchange);
    return unreadable != nullptr && IpAddress::parse(unreadable->text).has_value();
}

std::string_view name(DnsType type) {
    switch (type) {
        case DnsType::mx:
            return "MX";
        case DnsType::a:
            return "A";
        case DnsType::aaaa:
            return "AAAA";
        case DnsType::txt:
            return "TXT";
    }
    return "";
}

std::string_view describe(DnsFailure failure) {
    switch (failure) {
        case DnsFailure::servfail:
            return "the name servers of the domain failed";
        case DnsFailure::timeout:
            return "no answer within the timeout";
        case DnsFailure::refused:
            return "the name server refused to answer";
        case DnsFailure::bogus:
            return "the answer failed the DNSSEC check";
    }
    return "";
}

}  // namespace turnaway::route
