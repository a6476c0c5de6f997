// SpfTerm: one mechanism of an SPF record, parsed by the grammar of RFC 7208 (sections 5, 7.1, 12).
//
// The grammar is strict, since receivers void a record for one wrong term: prefix lengths have no
// leading zeros, a domain ends in a top label that is not a number or in a macro, macros are
// well-formed. Macros are expanded only if they do not depend on the sender and the client.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "park/spf/address_set.h"

namespace turnaway::park {

enum class SpfMechanism : std::uint8_t { all, include, a, mx, ptr, ip4, ip6, exists };

struct SpfTerm {
    SpfMechanism mechanism = SpfMechanism::all;
    char qualifier = '+';     // + - ~ ?
    std::string target = {};  // domain-spec with unexpanded macros; empty: the domain
    AddressSet network = {};  // of ip4 and ip6
    unsigned ipv4_bits = 32;  // of prefixes
    unsigned ipv6_bits = 128;
    std::string text = {};  // as written

    bool asks_dns() const {
        return mechanism != SpfMechanism::all && mechanism != SpfMechanism::ip4 &&
               mechanism != SpfMechanism::ip6;
    }
};

// Nothing if it is not a mechanism, or is malformed.
std::optional<SpfTerm> read_spf_term(std::string_view text);

// A domain with or without macros, as in `include:` and `redirect=`.
bool is_domain_spec(std::string_view text);
// Text with well-formed macros, such as the value of an unknown modifier.
bool is_macro_string(std::string_view text);
// With %{d} and %{o} expanded; nothing if it depends on the sender, the client or the time.
std::optional<std::string> expand_macros(std::string_view text, std::string_view current_domain,
                                         std::string_view sender_domain);

}  // namespace turnaway::park
