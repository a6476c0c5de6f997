// Pages: /metrics for Prometheus and /healthz for whoever asks whether the daemon serves, over
// HTTP.
//
// Served by the event loop that opens them; each page is made when it is asked for. /healthz is 200
// while the daemon serves, else 503. No address, no login: meant for loopback and trusted networks
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
    std::string words;  // "taking mail", "the spool failed"
};

struct PageSources {
    std::function<std::string()> metrics;
    std::function<Health()> health;
};

// The sources outlive the event loop's work.
[[nodiscard]] base::Result<std::unique_ptr<io::HttpEndpoint>> open_pages(
    boost::asio::io_context& context, const io::Endpoint& listen, PageSources sources);

}  // namespace turnaway::daemon
