// HttpEndpoint: a small HTTP server for pages for programs and administrators: metrics, health.
//
// One request per connection, GET and HEAD only, no bodies, limited in connections, bytes and time
// (RFC 9112; parsed by Boost.Beast). The caller supplies the pages: a function from path to page,
// called in the event loop. Meant for loopback and trusted networks: no TLS, no login.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "io/endpoint.h"

namespace turnaway::io {

namespace asio = boost::asio;

struct HttpAnswer {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body = {};
};

class HttpEndpoint {
  public:
    // The path is without the query. Nothing: the page does not exist.
    using Page = std::function<std::optional<HttpAnswer>(std::string_view path)>;

    struct Settings {
        Endpoint listen;
        std::size_t connections_max = 16;  // further ones are closed at once
        std::chrono::milliseconds deadline = std::chrono::seconds(10);
    };

    [[nodiscard]] static base::Result<std::unique_ptr<HttpEndpoint>> open(asio::io_context& context,
                                                                          const Settings& settings,
                                                                          Page page);
    HttpEndpoint(const HttpEndpoint&) = delete;
    HttpEndpoint& operator=(const HttpEndpoint&) = delete;
    // Accepts no more; `page` may still be called for requests under way.
    ~HttpEndpoint();

    Endpoint local() const;

  private:
    struct State;
    static asio::awaitable<void> accept_clients(std::shared_ptr<State> state);
    static asio::awaitable<void> serve(std::shared_ptr<State> state, asio::ip::tcp::socket socket);
    explicit HttpEndpoint(std::shared_ptr<State> state);
    std::shared_ptr<State> state_;
};

}  // namespace turnaway::io
