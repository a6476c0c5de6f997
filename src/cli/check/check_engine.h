// CheckEngine: an event loop, a resolver and a checker for `turnaway check`, set up as its options
// say.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "check/subject.h"
#include "cli/check/check_options.h"
#include "cli/dns_trial.h"
#include "io/domain_checker.h"

namespace turnaway::cli {

// From the options; Fault::usage when they make no sense.
base::Result<io::DomainChecker::Settings> checker_settings(const CheckOptions& options);
DnsSettings dns_settings(const CheckOptions& options);

class CheckEngine {
  public:
    // Asks DNS once, see cli/dns_trial.h. The loop outlives the engine.
    static base::Result<std::unique_ptr<CheckEngine>> open(boost::asio::io_context& context,
                                                           const CheckOptions& options);

    // A host is connected to even where domains are not: DNS knows nothing about it.
    void start(check::Subject subject, io::DomainChecker::Done done);
    const std::string& dnssec() const { return dns_.dnssec; }

  private:
    CheckEngine() = default;

    TriedResolver dns_;
    check::CheckSettings settings_;
    std::unique_ptr<io::DomainChecker> checker_;
};

}  // namespace turnaway::cli
