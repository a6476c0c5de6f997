// Rules: the configuration and what is derived from it, made together and replaced together at a
// reload: a session or a delivery keeps those it began with.
#pragma once

#include <memory>
#include <optional>
#include <utility>

#include "base/result.h"
#include "io/client_deadlines.h"
#include "io/dns/unbound_resolver.h"
#include "io/tls.h"
#include "judge/routing.h"
#include "judge/rules.h"
#include "queue/lifetimes.h"
#include "queue/schedule.h"
#include "relay/config/config.h"
#include "relay/config/own_endpoints.h"
#include "relay/config/recipient_list.h"

namespace turnaway::relay {

struct Rules {
    Config config;
    judge::Rules judging;
    io::UnboundResolver::Settings resolver;
    queue::Lifetimes lifetimes;
    queue::ScheduleSettings schedule;
    io::ClientDeadlines client_deadlines;
    std::shared_ptr<io::TlsServer> tls_server;  // null: STARTTLS is not offered
    // From the file of `[relay] recipients`, if it names one.
    std::optional<RecipientList> recipients;
};

// The part for judging; it keeps the whole alive.
inline std::shared_ptr<const judge::Rules> judging(std::shared_ptr<const Rules> rules) {
    const auto* part = &rules->judging;
    return {std::move(rules), part};
}

// How routes are looked up, from the configuration and the addresses of this relay.
judge::Routing::Settings routing_settings(const Rules& rules, const OwnEndpoints& endpoints);

// Reads the certificate, its key and the list of recipients, any of which may fail.
[[nodiscard]] base::Result<std::shared_ptr<const Rules>> make_rules(Config config);

}  // namespace turnaway::relay
