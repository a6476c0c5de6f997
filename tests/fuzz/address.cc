// Invariants of Domain, AddressLiteral, Address and ReversePath, for any bytes:
// - parse, text, parse is the identity, and so is parse, to_unicode, parse;
// - text() is canonical: two values are equal when their texts are;
// - a domain is lower-case ASCII within 253 octets, its labels joined are the name, and it is a
//   subdomain of each of its parents;
// - an address fits into a path, is ASCII unless it needs SMTPUTF8, has no control character, and
//   its unquoted local-part leads back to it; whatever Address takes, scan_address takes.
#include "mail/address.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"

namespace {

namespace base = turnaway::base;
namespace limits = turnaway::base::limits;
using turnaway::mail::Address;
using turnaway::mail::AddressLiteral;
using turnaway::mail::Domain;
using turnaway::mail::ReversePath;

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, base::is_ascii);
}

void check_domain(const Domain& domain) {
    const std::string& text = domain.text();
    TURNAWAY_CHECK(is_ascii(text) && std::ranges::none_of(text, base::is_control));
    TURNAWAY_CHECK(text.size() <= limits::dns_name_bytes_max);
    TURNAWAY_CHECK(std::ranges::none_of(text, [](char c) { return base::to_lower(c) != c; }));
    TURNAWAY_CHECK(Domain::parse(text) == domain);
    const std::string shown = domain.to_unicode();
    TURNAWAY_CHECK(base::is_utf8(shown) && std::ranges::none_of(shown, base::is_control));
    // What is longer in UTF-8 than the 255 octets of RFC 5321 cannot be read back.
    if (shown.size() <= limits::domain_bytes_max) TURNAWAY_CHECK(Domain::parse(shown) == domain);

    std::string joined;
    for (const auto label : domain.labels()) {
        if (!joined.empty()) joined += '.';
        joined += label;
    }
    TURNAWAY_CHECK(joined == (domain.is_root() ? "" : text));
    std::size_t parents = 0;
    for (auto parent = domain.parent(); parent; parent = parent->parent()) {
        TURNAWAY_CHECK(domain.is_subdomain_of(*parent) && !parent->is_subdomain_of(domain));
        ++parents;
    }
    TURNAWAY_CHECK(parents == domain.labels().size());
}

void check_literal(const AddressLiteral& literal) {
    TURNAWAY_CHECK(AddressLiteral::parse(literal.text()) == literal);
    TURNAWAY_CHECK(!literal.content().empty());
}

void check_address(const Address& address) {
    const std::string text = address.text();
    TURNAWAY_CHECK(text.size() + 2 <= limits::path_bytes_max);
    TURNAWAY_CHECK(std::ranges::none_of(text, base::is_control));
    TURNAWAY_CHECK(address.needs_smtputf8() == !is_ascii(text));
    const auto again = Address::parse(text);
    TURNAWAY_CHECK(again == address && again->text() == text);
    TURNAWAY_CHECK(ReversePath::parse('<' + text + '>') == ReversePath(address));

    std::string quoted = "\"";
    for (const char c : address.local_part_unquoted()) {
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    quoted += '"';
    TURNAWAY_CHECK(quoted.size() >= address.local_part().size());
    if (quoted.size() - address.local_part().size() + text.size() + 2 <= limits::path_bytes_max)
        TURNAWAY_CHECK(Address::parse(quoted + text.substr(address.local_part().size())) ==
                       address);
    if (address.domain()) check_domain(*address.domain());
    if (address.literal()) check_literal(*address.literal());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    if (const auto domain = Domain::parse(input)) check_domain(*domain);
    if (const auto literal = AddressLiteral::parse(input)) check_literal(*literal);
    if (const auto address = Address::parse(input)) {
        TURNAWAY_CHECK(turnaway::mail::scan_address(input).has_value());
        check_address(*address);
    }
    if (const auto path = ReversePath::parse(input); path && !path->is_null()) {
        check_address(*path->address());
    }
    return 0;
}
