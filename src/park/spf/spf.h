// Spf: parses an SPF record far enough to report the senders it allows, and its faults.
//
// RFC 7208 section 4.5 (which TXT records count), 4.6 (syntax), 5.1 (all), 6 (modifiers). Texts
// that were meant as SPF but are invalid are distinguished, since their owner believes to be
// protected. No lookups here; spf_reach.h evaluates a record with those it refers to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "park/spf/spf_term.h"

namespace turnaway::park {

enum class SpfStanding : std::uint8_t {
    not_spf,        // about something else
    record,         // receivers read it as SPF
    space_missing,  // `v=spf1-all`: meant as SPF, but ignored by receivers
    not_read,       // `"v=spf1 -all"` with literal quotes, `v=spf -all`: likewise
};

struct SpfReading {
    SpfStanding standing = SpfStanding::not_spf;
    bool has_odd_case = false;          // `V=SPF1`
    bool has_typographic_dash = false;  // anywhere in it
    // The first term that does not exist or has a wrong argument; it makes the whole record void.
    std::optional<std::string> broken_term = {};
    std::optional<char> all = {};                 // the qualifier of the first `all`: + - ~ ?
    std::vector<std::string> senders = {};        // terms before `all` that allow senders
    bool has_redirect = false;                    // and no `all`
    std::vector<SpfTerm> terms = {};              // up to and with the first `all`
    std::optional<std::string> redirect = {};     // nothing if there is an `all`
    std::optional<std::string> explanation = {};  // exp=
    bool has_terms_after_all = false;

    bool allows_all() const { return all == '+'; }
    // `v=spf1 -all`, with any modifiers.
    bool is_reject_all() const {
        return standing == SpfStanding::record && !broken_term && all == '-' && senders.empty();
    }
};

SpfReading read_spf(std::string_view text);

// A typographic dash instead of `-`, in UTF-8, in windows-1252, or as `\226\128\147`.
bool has_typographic_dash(std::string_view text);

}  // namespace turnaway::park
