// Listening: the sockets that mail clients connect to, one copy of each for every shard.
//
// From systemd when it hands any over, else those of `[listen] smtp`. Port 0 is the same port for
// all shards once the system has chosen it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <vector>

#include "io/listener.h"
#include "relay/config/config.h"

namespace turnaway::relay {

using ShardListeners = std::vector<std::vector<io::Listener>>;  // of each shard

base::Result<ShardListeners> open_listeners(const Config& config, unsigned shards,
                                            const boost::asio::any_io_executor& executor);

// What the sockets themselves say, each place once.
std::vector<io::Endpoint> listening_at(const ShardListeners& listeners);

}  // namespace turnaway::relay
