// RouteLookup: a RouteQuery that queries again before it trusts an absence that was not validated.
//
// The relay and `turnaway check` look routes up through this, so both query twice in the same cases
// and never a third time. The first round's answers do not count in the second. Pure, like
// RouteQuery, with the same guarantees.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "route/route_query.h"

namespace turnaway::route {

class RouteLookup {
  public:
    // `settings` must outlive the lookup.
    RouteLookup(mail::Domain destination, const RouteSettings& settings,
                std::uint64_t shuffle_seed);
    RouteLookup(const mail::AddressLiteral& destination, const RouteSettings& settings);
    // A host by name: its own addresses, whatever its MX records.
    static RouteLookup of_host(mail::Domain host, const RouteSettings& settings);

    std::vector<DnsQuestion> next_questions() { return query_.next_questions(); }
    bool take(const DnsQuestion& question, DnsAnswer answer);
    // Open questions count as timed out; there is no second round.
    void give_up();

    bool is_done() const { return query_.is_done(); }
    const Route& route() const { return query_.route(); }
    // The second round has begun, so every question is now asked for the second time.
    bool is_asking_again() const { return is_asking_again_; }

  private:
    explicit RouteLookup(RouteQuery query) : query_(std::move(query)), again_(query_) {}

    RouteQuery query_;
    std::optional<RouteQuery> again_;  // the query of the second round
    bool is_asking_again_ = false;
};

}  // namespace turnaway::route
