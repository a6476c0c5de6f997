// Pages: /metrics and /healthz over HTTP, for Prometheus and for whoever asks whether mail is
// taken.
//
// Served by the daemon's own thread; each page is made when it is asked for. /healthz is 200 while
// mail is taken, 503 when the spool failed or the relay is ending. No address, no login: meant for
// loopback and trusted networks (io/http_endpoint.h).
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "io/endpoint.h"
#include "io/http_endpoint.h"
#include "relay/config/config.h"

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
    static base::Result<std::unique_ptr<Pages>> open(boost::asio::io_context& context,
                                                     const settings::Endpoint& listen,
                                                     Sources sources);
    // Where they are, when the system chose the port too.
    io::Endpoint where() const;

  private:
    explicit Pages(Sources sources);
    io::HttpAnswer metrics() const;
    io::HttpAnswer health() const;

    Sources sources_;
    std::chrono::system_clock::time_point start_ = std::chrono::system_clock::now();
    std::unique_ptr<io::HttpEndpoint> endpoint_;
};

}  // namespace turnaway::relay
