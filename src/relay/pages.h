// Pages: what the relay shows on /metrics and /healthz (daemon/pages.h).
//
// Called by the daemon's own thread, each time somebody asks. Mail is taken until the spool fails
// or the relay is ending.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "daemon/pages.h"

namespace turnaway::relay {

class RelayState;
class Shard;

class Pages {
  public:
    // All outlive the pages.
    struct Sources {
        RelayState& relay;
        std::vector<Shard*> shards;
        std::function<bool()> is_ending;
        std::string version;
    };
    explicit Pages(Sources sources);

    std::string metrics() const;
    daemon::Health health() const;

  private:
    Sources sources_;
    base::Clock::Time start_;
};

}  // namespace turnaway::relay
