#include "relay/rules.h"

#include <utility>

#include "base/check.h"

namespace turnaway::relay {

std::shared_ptr<const Rules> make_rules(Config config) {
    auto rules = std::make_shared<Rules>();
    auto& policy = rules->policy;
    for (const auto& text : config.relay.networks) {
        const auto network = verdict::Network::parse(text);
        TURNAWAY_CHECK(network.has_value());  // the configuration checked it
        policy.networks.push_back(*network);
    }
    policy.domains = config.relay.domains;
    policy.mailless = config.relay.mailless;
    policy.mailless_reply = config.relay.mailless_reply == MaillessReply::domain_takes_no_mail
                                ? verdict::MaillessReply::code_556
                                : verdict::MaillessReply::code_521;
    policy.dns_trouble = config.verdict.dns_trouble == DnsTrouble::accept
                             ? verdict::DnsTrouble::accept
                             : verdict::DnsTrouble::defer;
    rules->config = std::move(config);
    return rules;
}

}  // namespace turnaway::relay
