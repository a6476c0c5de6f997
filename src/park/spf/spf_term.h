// SpfTerm: one mechanism of an SPF record, read by the grammar of RFC 7208 (sections 5, 7.1, 12).
//
// The grammar is held to the letter, since receivers void a record for one wrong term: prefix
// lengths have no leading zeros, a domain ends in a top label that is not a number or in a macro,
// macros are well-formed. Macros are expanded only where the sender and the client do not matter.
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
    std::string target = {};  // domain-spec, macros as they are; empty: the domain
    AddressSet network = {};  // of ip4 and ip6
    unsigned ipv4_bits = 32;  // of prefixes
    unsigned ipv6_bits = 128;
    std::string text = {};  // as it was written

    bool asks_dns() const {
        return mechanism != SpfMechanism::all && mechanism != SpfMechanism::ip4 &&
               mechanism != SpfMechanism::ip6;
    }
};

// Nothing when it is not a mechanism, or not a well-formed one.
std::optional<SpfTerm> read_spf_term(std::string_view text);

// A domain with or without macros, as `include:` and `redirect=` have it.
bool is_domain_spec(std::string_view text);
// Text with well-formed macros, as the value of an unknown modifier.
bool is_macro_string(std::string_view text);
// With %{d} and %{o} in place; nothing when it rests on the sender, the client or the time.
std::optional<std::string> expand_macros(std::string_view text, std::string_view current_domain,
                                         std::string_view sender_domain);

}  // namespace turnaway::park
