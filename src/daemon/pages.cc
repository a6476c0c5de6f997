#include "daemon/pages.h"

#include <optional>
#include <string_view>
#include <utility>

namespace turnaway::daemon {
namespace {

io::HttpAnswer health_page(const Health& health) {
    return {.status = health.is_serving ? 200U : 503U, .body = health.words + '\n'};
}

}  // namespace

base::Result<std::unique_ptr<io::HttpEndpoint>> open_pages(boost::asio::io_context& context,
                                                           const io::Endpoint& listen,
                                                           PageSources sources) {
    auto page = [sources =
                     std::move(sources)](std::string_view path) -> std::optional<io::HttpAnswer> {
        if (path == "/metrics") {
            return io::HttpAnswer{.content_type = "text/plain; version=0.0.4; charset=utf-8",
                                  .body = sources.metrics()};
        }
        if (path == "/healthz") return health_page(sources.health());
        return std::nullopt;
    };
    return io::HttpEndpoint::open(context, {.listen = listen}, std::move(page));
}

}  // namespace turnaway::daemon
