// DoctorLookup: one DNS question after another, through libunbound set up as the relay does, each
// with a deadline.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/unbound_context.h"
#include "relay/config.h"
#include "route/ip_address.h"

namespace turnaway::cli {

struct LookupAnswer {
    enum class Kind : std::uint8_t { records, none, no_such_name, failed };
    Kind kind = Kind::failed;
    std::vector<std::string> rdata = {};
    bool is_secure = false;
    bool is_bogus = false;
    std::string failure = {};  // in words, when failed

    bool has_come() const { return kind != Kind::failed; }
    std::vector<route::IpAddress> addresses() const;  // of A or AAAA
    std::vector<std::string> names() const;           // of PTR or MX, without their final dot
};

class DoctorLookup {
  public:
    static base::Result<DoctorLookup> open(const relay::Config& config);
    // `type`: of DNS, such as ns_t_a.
    LookupAnswer ask(const std::string& name, int type);
    // A and AAAA; failed only when neither is known.
    LookupAnswer ask_addresses(const std::string& name, std::vector<route::IpAddress>* found);

  private:
    explicit DoctorLookup(io::UnboundContext context) : context_(std::move(context)) {}
    io::UnboundContext context_;
};

}  // namespace turnaway::cli
