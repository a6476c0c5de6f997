#include "gate/config/rules.h"

#include <utility>

namespace turnaway::gate {

std::shared_ptr<const Rules> make_rules(Config config) {
    auto judging = judge::rules_of(config.evidence);
    auto& policy = judging.policy;
    // The mail server decides who may send to whom.
    for (const char* everybody : {"0.0.0.0/0", "::/0"}) {
        policy.networks.push_back(verdict::Network::parse(everybody).value());
    }
    policy.mailless = config.relay.mailless.names;
    policy.mailless_suffixes = config.relay.mailless.suffixes;
    policy.dns_trouble = config.answer.dns_trouble == DnsTroubleAction::pass
                             ? verdict::DnsTrouble::accept
                             : verdict::DnsTrouble::defer;
    policy.null_mx_sender = config.verdict.sender_null_mx == Action::pass
                                ? verdict::NullMxSender::accept
                                : verdict::NullMxSender::refuse_all;
    judging.hello_name = config.process.hostname.text();
    return std::make_shared<const Rules>(
        Rules{std::move(config), std::make_shared<const judge::Rules>(std::move(judging))});
}

judge::Routing::Settings routing_settings(const Rules& rules) {
    return {.resolver = judge::resolver_settings(rules.config.dns)};
}

}  // namespace turnaway::gate
