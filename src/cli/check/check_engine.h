// CheckEngine: an event loop, a resolver and a checker for `turnaway check`, configured by its
// options.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "check/subject.h"
#include "cli/check/check_options.h"
#include "probe/dns_trial.h"
#include "probe/domain_checker.h"

namespace turnaway::cli {

// From the options; Fault::usage if they are inconsistent.
[[nodiscard]] base::Result<probe::DomainChecker::Settings> checker_settings(
    const CheckOptions& options);
probe::DnsSettings dns_settings(const CheckOptions& options);

class CheckEngine {
  public:
    // Makes one DNS query, see probe/dns_trial.h. The loop must outlive the engine.
    [[nodiscard]] static base::Result<std::unique_ptr<CheckEngine>> open(
        boost::asio::io_context& context, const CheckOptions& options);

    // The check connects to a host even if not to domains: DNS has no information about it.
    void start(check::Subject subject, probe::DomainChecker::Done done);
    const std::string& dnssec() const { return dns_.dnssec; }

  private:
    CheckEngine() = default;

    probe::TriedResolver dns_;
    check::CheckSettings settings_;
    std::unique_ptr<probe::DomainChecker> checker_;
};

}  // namespace turnaway::cli
