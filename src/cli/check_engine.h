// CheckEngine: an event loop, a resolver and a checker for `turnaway check`, set up as its options
// say.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>

#include "base/result.h"
#include "check/subject.h"
#include "cli/check_options.h"
#include "cli/dns_trial.h"
#include "io/domain_checker.h"

namespace turnaway::cli {

// From the options; Fault::usage when they make no sense.
base::Result<io::DomainChecker::Settings> checker_settings(const CheckOptions& options);
base::Result<DnsSettings> dns_settings(const CheckOptions& options);

class CheckEngine {
  public:
    // Asks DNS once, see cli/dns_trial.h.
    static base::Result<std::unique_ptr<CheckEngine>> open(const CheckOptions& options);

    // A host is connected to even where domains are not: DNS knows nothing about it.
    void start(check::Subject subject, io::DomainChecker::Done done);
    // One thing that has happened; waits for it.
    void run_one() { context_.run_one(); }
    const std::string& dnssec() const { return dns_.dnssec; }

  private:
    CheckEngine() = default;

    boost::asio::io_context context_{1};
    TriedResolver dns_;
    check::CheckSettings settings_;
    std::unique_ptr<io::DomainChecker> checker_;
};

}  // namespace turnaway::cli
