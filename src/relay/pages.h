// Pages: the relay's content for /metrics and /healthz (daemon/pages.h).
//
// Called on the daemon's own thread, for each request. The relay is healthy until the spool fails
// or it is stopping.
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
    // All must outlive the pages.
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
