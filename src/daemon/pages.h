// Pages: /metrics for Prometheus and /healthz for health checks, over HTTP.
//
// Served by the event loop that opens them; each page is made on request. /healthz is 200 while the
// daemon serves, else 503. No address check, no login: meant for loopback and trusted networks
// (io/http_endpoint.h).
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>
#include <string>

#include "base/result.h"
#include "io/endpoint.h"
#include "io/http_endpoint.h"

namespace turnaway::daemon {

struct Health {
    bool is_serving = true;
    std::string words;  // "accepting mail", "the spool failed"
};

struct PageSources {
    std::function<std::string()> metrics;
    std::function<Health()> health;
};

// The sources must outlive the event loop's work.
[[nodiscard]] base::Result<std::unique_ptr<io::HttpEndpoint>> open_pages(
    boost::asio::io_context& context, const io::Endpoint& listen, PageSources sources);

}  // namespace turnaway::daemon
