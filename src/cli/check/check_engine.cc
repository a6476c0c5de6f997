#include "cli/check/check_engine.h"

#include <unistd.h>

#include <array>
#include <utility>

#include "mail/domain.h"

namespace turnaway::cli {
namespace {

// The name of this machine if it is fully qualified; if empty, the session uses its address.
std::string own_name() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0) return {};
    const auto domain = mail::Domain::parse(name.data());
    if (!domain || domain->labels().size() < 2) return {};
    return domain->text();
}

}  // namespace

probe::DnsSettings dns_settings(const CheckOptions& options) {
    return {.servers = options.servers,
            .trust_anchor = options.trust_anchor,
            .deadline = options.timeout};
}

base::Result<probe::DomainChecker::Settings> checker_settings(const CheckOptions& options) {
    probe::DomainChecker::Settings settings;
    settings.check = {.loopback_allowed = options.loopback_allowed,
                      .private_refused = !options.private_allowed,
                      .connects = options.connects,
                      // Well-known hosts do not listen on other ports.
                      .asks_egress = !options.egress.empty() || options.port == check::smtp_port,
                      .port = options.port};
    settings.probe.hello_name = own_name();
    settings.probe.step_wait = options.timeout;
    settings.inspects_tls = true;
    settings.give_up = 12 * options.timeout;
    if (!options.egress.empty()) {
        const auto target = check::parse_egress_target(options.egress);
        if (!target) {
            return base::fail(base::Fault::usage, "--egress: \"" + options.egress +
                                                      "\" is not a host such as mx.example.org:25");
        }
        settings.egress.push_back(*target);
    }
    return settings;
}

base::Result<std::unique_ptr<CheckEngine>> CheckEngine::open(boost::asio::io_context& context,
                                                             const CheckOptions& options) {
    auto settings = checker_settings(options);
    if (!settings) return std::unexpected(settings.error());
    std::unique_ptr<CheckEngine> engine(new CheckEngine());
    auto resolver = probe::open_tried_resolver(context, dns_settings(options));
    if (!resolver) return std::unexpected(resolver.error());
    engine->dns_ = *std::move(resolver);
    engine->settings_ = settings->check;
    engine->checker_ = std::make_unique<probe::DomainChecker>(context, *engine->dns_.resolver,
                                                              *std::move(settings));
    return engine;
}

void CheckEngine::start(check::Subject subject, probe::DomainChecker::Done done) {
    check::CheckSettings settings = settings_;
    settings.connects = settings.connects || subject.is_host;
    checker_->start(std::move(subject), settings, std::move(done));
}

}  // namespace turnaway::cli
