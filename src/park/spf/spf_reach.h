// SpfReach: the SPF result for every address of the Internet at once, by evaluating check_host() of
// RFC 7208 section 4 over sets of addresses instead of one address.
//
// Evaluated: include, redirect, a, mx, exists, and the limits of section 4.6.4 (ten terms that
// query DNS, two void lookups, ten hosts of an MX), each counted separately for every subset of
// addresses. A lookup that has no answer yet, or failed, makes its addresses temp_error and proves
// nothing. Not evaluated: ptr, and macros about the sender or the client; they match nothing here,
// and `has_open_end` is set. Ownership: the lookup and its answers outlive the call.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "mail/domain.h"
#include "park/spf/address_set.h"
#include "route/dns_answer.h"

namespace turnaway::park {

enum class SpfResult : std::uint8_t {
    none,
    neutral,
    pass,
    fail,
    soft_fail,
    temp_error,
    perm_error,
};
std::string_view name(SpfResult result);  // "softfail", as in RFC 7208 section 2.6

// The cause of a perm_error.
enum class SpfFault : std::uint8_t {
    none,
    syntax,          // a term that does not exist or is not well-formed
    several,         // more than one record at a name
    target_missing,  // include or redirect to a domain without an SPF record
    lookups,         // more than ten terms that query DNS
    void_lookups,    // more than two answers without records
    mx_hosts,        // more than ten hosts of an MX
};

struct SpfReach {
    bool is_ipv4 = true;
    AddressSet none = {};
    AddressSet neutral = {};             // by a term with `?`
    AddressSet neutral_by_default = {};  // because no term matched
    AddressSet pass = {};
    AddressSet fail = {};
    AddressSet soft_fail = {};
    AddressSet temp_error = {};
    AddressSet perm_error = {};
    bool has_open_end = false;

    SpfFault fault = SpfFault::none;  // the first
    std::string fault_at = {};        // the domain whose record is faulty or missing
    std::string fault_term = {};      // the term at fault, if there is one

    SpfResult result_of(const route::IpAddress& address) const;
    double share_of_pass() const { return pass.share(is_ipv4); }
};

// Nothing while unknown, or if DNS failed.
using SpfLookup =
    std::function<const route::DnsAnswer*(const mail::Domain& name, route::DnsType type)>;

SpfReach reach_of_spf(const mail::Domain& domain, bool is_ipv4, const SpfLookup& lookup);

}  // namespace turnaway::park
