#include "route/route_lookup.h"

#include <utility>

namespace turnaway::route {

RouteLookup::RouteLookup(mail::Domain destination, const RouteSettings& settings,
                         std::uint64_t shuffle_seed)
    : query_(std::move(destination), settings, shuffle_seed), again_(query_) {}

RouteLookup::RouteLookup(const mail::AddressLiteral& destination, const RouteSettings& settings)
    : query_(destination, settings) {}

RouteLookup RouteLookup::of_host(mail::Domain host, const RouteSettings& settings) {
    return RouteLookup(RouteQuery::of_host(std::move(host), settings));
}

bool RouteLookup::take(const DnsQuestion& question, DnsAnswer answer) {
    if (!query_.take(question, std::move(answer))) return false;
    if (query_.is_done() && query_.route().is_worth_asking_again && again_) {
        query_ = *std::exchange(again_, std::nullopt);
        is_asking_again_ = true;
    }
    return true;
}

void RouteLookup::give_up() {
    again_.reset();
    query_.give_up();
}

}  // namespace turnaway::route
