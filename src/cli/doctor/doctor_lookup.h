// DoctorLookup: one DNS query after another, through libunbound configured like the relay's, each
// with a deadline.
#pragma once

#include <unbound.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/dns/unbound_context.h"
#include "relay/config/config.h"
#include "route/ip_address.h"

namespace turnaway::cli {

struct LookupAnswer {
    enum class Kind : std::uint8_t { records, none, no_such_name, failed };
    Kind kind = Kind::failed;
    std::vector<std::string> rdata = {};
    bool is_secure = false;
    bool is_bogus = false;
    std::string failure = {};  // a sentence, if failed

    bool has_come() const { return kind != Kind::failed; }
    std::vector<route::IpAddress> addresses() const;  // of A or AAAA
    std::vector<std::string> names() const;           // of PTR or MX, without the final dot
};

class DoctorLookup {
  public:
    [[nodiscard]] static base::Result<DoctorLookup> open(const relay::Config& config);
    // `type`: a DNS type, such as ns_t_a.
    LookupAnswer ask(const std::string& name, int type);
    // A and AAAA; failed only if both failed.
    LookupAnswer ask_addresses(const std::string& name, std::vector<route::IpAddress>* found);

  private:
    using Clock = std::chrono::steady_clock;
    using Result = std::unique_ptr<ub_result, decltype(&ub_resolve_free)>;
    struct Found {
        Result result = {nullptr, ub_resolve_free};
        std::string failure = {};  // why there is no result
    };

    Found ask_libunbound(const std::string& name, int type, Clock::time_point until);
    // A negative answer that names its zone, or is accepted without (io/dns/absence_trial.h).
    bool is_proven(const ub_result& result, Clock::time_point until);

    explicit DoctorLookup(io::UnboundContext context) : context_(std::move(context)) {}
    io::UnboundContext context_;
};

}  // namespace turnaway::cli
