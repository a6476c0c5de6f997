#include "relay/receive/listening.h"

#include <algorithm>
#include <utility>

namespace turnaway::relay {

base::Result<ShardListeners> open_listeners(const Config& config, unsigned shards,
                                            const boost::asio::any_io_executor& executor) {
    auto inherited = io::InheritedSockets::take();
    if (!inherited) return std::unexpected(inherited.error());
    ShardListeners opened(shards);
    if (!inherited->is_empty()) {
        for (auto& of_shard : opened) {
            auto listeners = inherited->listeners(executor);
            if (!listeners) return std::unexpected(listeners.error());
            of_shard = *std::move(listeners);
        }
        return opened;
    }
    for (const auto& endpoint : config.listen.smtp) {
        io::Endpoint wanted{.address = endpoint.address, .port = endpoint.port};
        if (auto done = io::may_listen(wanted); !done) return std::unexpected(done.error());
        for (auto& of_shard : opened) {
            auto listener = io::Listener::open(executor, wanted);
            if (!listener) return std::unexpected(listener.error());
            wanted.port = listener->local().port;  // the same for all when the system chose it
            of_shard.push_back(*std::move(listener));
        }
    }
    return opened;
}

std::vector<io::Endpoint> listening_at(const ShardListeners& listeners) {
    std::vector<io::Endpoint> places;
    for (const auto& of_shard : listeners) {
        for (const auto& listener : of_shard) {
            const auto place = listener.local();
            if (std::ranges::find(places, place) == places.end()) places.push_back(place);
        }
    }
    return places;
}

}  // namespace turnaway::relay
