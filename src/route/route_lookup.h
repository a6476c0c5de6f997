// RouteLookup: a RouteQuery that asks once more before it believes an absence nobody validated.
//
// The relay and `turnaway check` look routes up through this, so both ask twice in the same cases
// and never a third time. The first round's answers do not count in the second. Pure, as RouteQuery
// is, and with the same promises.
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
    // A host by name: its own addresses, whatever its MX says.
    static RouteLookup of_host(mail::Domain host, const RouteSettings& settings);

    std::vector<DnsQuestion> next_questions() { return query_.next_questions(); }
    bool take(const DnsQuestion& question, DnsAnswer answer);
    // What is still open counts as timed out; there is no asking again.
    void give_up();

    bool is_done() const { return query_.is_done(); }
    const Route& route() const { return query_.route(); }
    // It began anew, so what is asked from now on is asked for the second time.
    bool is_asking_again() const { return is_asking_again_; }

  private:
    explicit RouteLookup(RouteQuery query) : query_(std::move(query)), again_(query_) {}

    RouteQuery query_;
    std::optional<RouteQuery> again_;  // what to begin anew with
    bool is_asking_again_ = false;
};

}  // namespace turnaway::route
