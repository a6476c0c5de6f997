#include "park/spf/spf_reach.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "park/spf/spf.h"

namespace turnaway::park {
namespace {

using route::DnsAnswer;
using route::DnsType;

// RFC 7208 section 4.6.4.
constexpr unsigned lookups_max = 10;
constexpr unsigned voids_max = 2;
constexpr std::size_t mx_hosts_max = 10;

// Addresses with the same evaluation so far.
struct Crowd {
    AddressSet who;
    unsigned lookups = 0;
    unsigned voids = 0;
};
using Crowds = std::vector<Crowd>;

void append(Crowds& to, Crowds from) {
    std::ranges::move(from, std::back_inserter(to));
}

AddressSet all_of(const Crowds& crowds) {
    AddressSet all;
    for (const Crowd& crowd : crowds) all = all.with(crowd.who);
    return all;
}

// Merges crowds with the same counts.
Crowds merged(const Crowds& crowds) {
    Crowds few;
    for (const Crowd& crowd : crowds) {
        const auto same = std::ranges::find_if(few, [&](const Crowd& other) {
            return other.lookups == crowd.lookups && other.voids == crowd.voids;
        });
        if (same == few.end()) {
            few.push_back(crowd);
        } else {
            same->who = same->who.with(crowd.who);
        }
    }
    return few;
}

// Removes the addresses in `set` from the crowds.
Crowds take_out(Crowds& crowds, const AddressSet& set) {
    Crowds taken;
    for (Crowd& crowd : crowds) {
        AddressSet common = crowd.who.common(set);
        if (common.is_empty()) continue;
        crowd.who = crowd.who.without(set);
        taken.push_back({std::move(common), crowd.lookups, crowd.voids});
    }
    std::erase_if(crowds, [](const Crowd& crowd) { return crowd.who.is_empty(); });
    return taken;
}

// The results of a record for the addresses that reached it.
struct Outcome {
    Crowds none = {};
    Crowds neutral = {};
    Crowds neutral_by_default = {};
    Crowds pass = {};
    Crowds fail = {};
    Crowds soft_fail = {};

    Crowds& of(char qualifier) {
        return qualifier == '+'   ? pass
               : qualifier == '-' ? fail
               : qualifier == '~' ? soft_fail
                                  : neutral;
    }
};

class Walk {
  public:
    Walk(const mail::Domain& sender, SpfReach& reach, const SpfLookup& lookup)
        : sender_(sender), reach_(reach), lookup_(lookup) {}

    Outcome evaluate(const mail::Domain& domain, Crowds crowds);

  private:
    Crowds match(const SpfTerm& term, const mail::Domain& domain, Crowds& crowds);
    Crowds match_include(const SpfTerm& term, const mail::Domain& target, Crowds& crowds);
    Crowds match_hosts(const SpfTerm& term, const std::vector<mail::Domain>& hosts, Crowds& crowds);
    Crowds match_mx(const SpfTerm& term, const mail::Domain& target, Crowds& crowds);
    Crowds match_exists(const SpfTerm& term, const mail::Domain& target, Crowds& crowds);
    void follow(const std::string& redirect, const mail::Domain& domain, Crowds crowds,
                Outcome& outcome);

    void count_lookup(Crowds& crowds, const std::string& at, const std::string& term);
    void count_void(Crowds& crowds, const std::string& at, const std::string& term);
    void void_record(Crowds& crowds, SpfFault fault, const std::string& at,
                     const std::string& term);
    void wait(Crowds& crowds);

    const mail::Domain& sender_;
    SpfReach& reach_;
    const SpfLookup& lookup_;
};

// All of them get perm_error, which passes through every include and redirect.
void Walk::void_record(Crowds& crowds, SpfFault fault, const std::string& at,
                       const std::string& term) {
    if (crowds.empty()) return;
    if (reach_.fault == SpfFault::none) {
        reach_.fault = fault;
        reach_.fault_at = at;
        reach_.fault_term = term;
    }
    reach_.perm_error = reach_.perm_error.with(all_of(crowds));
    crowds.clear();
}

void Walk::wait(Crowds& crowds) {
    reach_.temp_error = reach_.temp_error.with(all_of(crowds));
    crowds.clear();
}

void Walk::count_lookup(Crowds& crowds, const std::string& at, const std::string& term) {
    Crowds over;
    for (Crowd& crowd : crowds) {
        if (++crowd.lookups > lookups_max) over.push_back(crowd);
    }
    std::erase_if(crowds, [](const Crowd& crowd) { return crowd.lookups > lookups_max; });
    void_record(over, SpfFault::lookups, at, term);
}

void Walk::count_void(Crowds& crowds, const std::string& at, const std::string& term) {
    Crowds over;
    for (Crowd& crowd : crowds) {
        if (++crowd.voids > voids_max) over.push_back(crowd);
    }
    std::erase_if(crowds, [](const Crowd& crowd) { return crowd.voids > voids_max; });
    void_record(over, SpfFault::void_lookups, at, term);
}

// `hosts`: one for `a`, those of the MX for `mx`.
Crowds Walk::match_hosts(const SpfTerm& term, const std::vector<mail::Domain>& hosts,
                         Crowds& crowds) {
    AddressSet found;
    for (const mail::Domain& host : hosts) {
        const DnsAnswer* answer = lookup_(host, reach_.is_ipv4 ? DnsType::a : DnsType::aaaa);
        if (answer == nullptr) {
            wait(crowds);
            return {};
        }
        if (answer->addresses.empty()) count_void(crowds, host.text(), term.text);
        for (const route::IpAddress& address : answer->addresses) {
            const auto* four = address.ipv4();
            if ((four != nullptr) != reach_.is_ipv4) continue;
            found =
                found.with(four != nullptr ? AddressSet::network(*four, term.ipv4_bits)
                                           : AddressSet::network(*address.ipv6(), term.ipv6_bits));
        }
    }
    return take_out(crowds, found);
}

Crowds Walk::match_mx(const SpfTerm& term, const mail::Domain& target, Crowds& crowds) {
    const DnsAnswer* answer = lookup_(target, DnsType::mx);
    if (answer == nullptr) {
        wait(crowds);
        return {};
    }
    if (answer->mx.empty()) count_void(crowds, target.text(), term.text);
    if (answer->mx.size() > mx_hosts_max) {
        void_record(crowds, SpfFault::mx_hosts, target.text(), term.text);
        return {};
    }
    std::vector<mail::Domain> hosts;
    for (const route::MxRecord& record : answer->mx) {
        const auto* host = std::get_if<mail::Domain>(&record.exchange);
        if (host != nullptr && !host->is_root()) hosts.push_back(*host);
    }
    return match_hosts(term, hosts, crowds);
}

Crowds Walk::match_exists(const SpfTerm& term, const mail::Domain& target, Crowds& crowds) {
    const DnsAnswer* answer = lookup_(target, DnsType::a);  // for clients of either family
    if (answer == nullptr) {
        wait(crowds);
        return {};
    }
    if (!answer->addresses.empty()) return std::exchange(crowds, {});
    count_void(crowds, target.text(), term.text);
    return {};
}

Crowds Walk::match_include(const SpfTerm& term, const mail::Domain& target, Crowds& crowds) {
    Outcome inner = evaluate(target, std::exchange(crowds, {}));
    void_record(inner.none, SpfFault::target_missing, target.text(), term.text);
    for (Crowds* others :
         {&inner.neutral, &inner.neutral_by_default, &inner.fail, &inner.soft_fail}) {
        append(crowds, std::move(*others));
    }
    crowds = merged(crowds);
    return std::move(inner.pass);
}

// Removes the matching addresses from `crowds`.
Crowds Walk::match(const SpfTerm& term, const mail::Domain& domain, Crowds& crowds) {
    using enum SpfMechanism;
    if (term.mechanism == all) return std::exchange(crowds, {});
    if (!term.asks_dns()) {
        const bool is_ours = (term.mechanism == ip4) == reach_.is_ipv4;
        return is_ours ? take_out(crowds, term.network) : Crowds();
    }
    count_lookup(crowds, domain.text(), term.text);
    if (crowds.empty()) return {};
    const auto name = term.target.empty()
                          ? std::optional(domain.text())
                          : expand_macros(term.target, domain.text(), sender_.text());
    if (!name || term.mechanism == ptr) {
        reach_.has_open_end = true;
        return {};
    }
    const auto target = mail::Domain::parse(*name);
    if (!target) {
        if (term.mechanism == include) {
            void_record(crowds, SpfFault::target_missing, *name, term.text);
        }
        return {};
    }
    switch (term.mechanism) {
        case include:
            return match_include(term, *target, crowds);
        case mx:
            return match_mx(term, *target, crowds);
        case exists:
            return match_exists(term, *target, crowds);
        default:
            return match_hosts(term, {*target}, crowds);
    }
}

void Walk::follow(const std::string& redirect, const mail::Domain& domain, Crowds crowds,
                  Outcome& outcome) {
    const std::string term = "redirect=" + redirect;
    count_lookup(crowds, domain.text(), term);
    if (crowds.empty()) return;
    const auto name = expand_macros(redirect, domain.text(), sender_.text());
    if (!name) {
        reach_.has_open_end = true;
        return append(outcome.neutral_by_default, std::move(crowds));
    }
    const auto target = mail::Domain::parse(*name);
    if (!target) return void_record(crowds, SpfFault::target_missing, *name, term);
    Outcome inner = evaluate(*target, std::move(crowds));
    void_record(inner.none, SpfFault::target_missing, target->text(), term);
    append(outcome.neutral, std::move(inner.neutral));
    append(outcome.neutral_by_default, std::move(inner.neutral_by_default));
    append(outcome.pass, std::move(inner.pass));
    append(outcome.fail, std::move(inner.fail));
    append(outcome.soft_fail, std::move(inner.soft_fail));
}

Outcome Walk::evaluate(const mail::Domain& domain, Crowds crowds) {
    Outcome outcome;
    const DnsAnswer* answer = lookup_(domain, DnsType::txt);
    if (answer == nullptr) {
        wait(crowds);
        return outcome;
    }
    std::vector<SpfReading> records;
    for (const std::string& text : answer->texts) {
        SpfReading reading = read_spf(text);
        if (reading.standing == SpfStanding::record) records.push_back(std::move(reading));
    }
    if (records.empty()) {
        outcome.none = std::move(crowds);
        return outcome;
    }
    const SpfReading& record = records.front();
    if (records.size() > 1) void_record(crowds, SpfFault::several, domain.text(), "");
    if (record.broken_term) {
        void_record(crowds, SpfFault::syntax, domain.text(), *record.broken_term);
    }
    for (const SpfTerm& term : record.terms) {
        if (crowds.empty()) return outcome;
        Crowds matched = match(term, domain, crowds);
        append(outcome.of(term.qualifier), std::move(matched));
    }
    if (crowds.empty()) return outcome;
    if (record.redirect) {
        follow(*record.redirect, domain, std::move(crowds), outcome);
    } else {
        append(outcome.neutral_by_default, std::move(crowds));
    }
    return outcome;
}

}  // namespace

std::string_view name(SpfResult result) {
    constexpr std::array<std::string_view, 7> names{"none",     "neutral",   "pass",     "fail",
                                                    "softfail", "temperror", "permerror"};
    return names[static_cast<std::size_t>(result)];
}

SpfResult SpfReach::result_of(const route::IpAddress& address) const {
    const auto* four = address.ipv4();
    const AddressNumber number = four != nullptr ? number_of(*four) : number_of(*address.ipv6());
    const std::pair<const AddressSet*, SpfResult> parts[] = {
        {&pass, SpfResult::pass},
        {&fail, SpfResult::fail},
        {&soft_fail, SpfResult::soft_fail},
        {&neutral, SpfResult::neutral},
        {&neutral_by_default, SpfResult::neutral},
        {&temp_error, SpfResult::temp_error},
        {&perm_error, SpfResult::perm_error}};
    for (const auto& [set, result] : parts) {
        if (set->contains(number)) return result;
    }
    return SpfResult::none;
}

SpfReach reach_of_spf(const mail::Domain& domain, bool is_ipv4, const SpfLookup& lookup) {
    SpfReach reach{.is_ipv4 = is_ipv4};
    const Outcome outcome =
        Walk(domain, reach, lookup).evaluate(domain, {{AddressSet::whole(is_ipv4)}});
    reach.none = all_of(outcome.none);
    reach.neutral = all_of(outcome.neutral);
    reach.neutral_by_default = all_of(outcome.neutral_by_default);
    reach.pass = all_of(outcome.pass);
    reach.fail = all_of(outcome.fail);
    reach.soft_fail = all_of(outcome.soft_fail);
    return reach;
}

}  // namespace turnaway::park
