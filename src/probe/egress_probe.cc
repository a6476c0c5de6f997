#include "probe/egress_probe.h"

#include <algorithm>
#include <utility>

#include "check/subject.h"
#include "check/wording.h"
#include "probe/domain_checker.h"

namespace turnaway::probe {
namespace {

constexpr std::size_t addresses_tried_max = 2;

}  // namespace

EgressProbe::EgressProbe(DomainChecker& checker, HostProber& prober,
                         std::vector<check::EgressTarget> targets)
    : checker_(checker), prober_(prober), targets_(std::move(targets)) {}

void EgressProbe::ask(Done done) {
    if (egress_) return done(*egress_);
    waiting_.push_back(std::move(done));
    if (!std::exchange(has_begun_, true)) begin();
}

void EgressProbe::begin() {
    ++open_;  // so that it does not end while hosts are still being added
    for (const check::EgressTarget& target : targets_) {
        if (target.address) {
            dial(target);
        } else {
            find_addresses(target.name, true, target.port);
        }
    }
    if (targets_.empty()) {
        for (const auto domain : check::well_known_mail_domains) {
            find_addresses(std::string(domain), false, check::smtp_port);
        }
    }
    one_less();
}

void EgressProbe::find_addresses(const std::string& name, bool is_host, std::uint16_t port) {
    auto subject = check::parse_subject(name, is_host);
    if (!subject) return;
    ++open_;
    checker_.start(*std::move(subject),
                   check::CheckSettings{.loopback_allowed = true, .private_refused = false},
                   [this, port](const check::Assessment& assessment) { found(assessment, port); });
}

void EgressProbe::found(const check::Assessment& assessment, std::uint16_t port) {
    if (!assessment.route.hosts.empty()) {
        const route::MailHost& host = assessment.route.hosts.front();
        const auto count = std::min(host.addresses.size(), addresses_tried_max);
        for (std::size_t i = 0; i < count; ++i) {
            dial({.name = host.name->text(), .address = host.addresses[i], .port = port});
        }
    }
    one_less();
}

void EgressProbe::dial(check::EgressTarget target) {
    ++open_;
    prober_.probe(*target.address, target.port,
                  [this, target](const check::ProbeResult& result) { tried(target, result); });
}

void EgressProbe::tried(const check::EgressTarget& target, const check::ProbeResult& result) {
    ++tried_;
    if (result.has_heard_smtp()) {
        conclude({check::Egress::Finding::open, target.text() + " answers"});
    } else {
        if (!failures_.empty()) failures_ += "; ";
        failures_ += target.text() + ": " + check::outcome_of(result);
    }
    one_less();
}

void EgressProbe::one_less() {
    if (--open_ > 0 || egress_) return;
    if (tried_ == 0)
        return conclude({check::Egress::Finding::unknown, "DNS returned no host to try"});
    conclude({check::Egress::Finding::blocked, failures_});
}

void EgressProbe::conclude(check::Egress egress) {
    if (egress_) return;
    egress_ = std::move(egress);
    for (const Done& done : std::exchange(waiting_, {})) done(*egress_);
}

}  // namespace turnaway::probe
