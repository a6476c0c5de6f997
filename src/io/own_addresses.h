// OwnAddresses: the addresses of this machine's interfaces, now and after every change.
//
// One rtnetlink socket (rtnetlink(7)) that is opened before the sandbox closes: it lists the
// addresses and then hears of changes, after each of which the whole list is read again, so that an
// overrun of the socket loses nothing. Messages count only from the kernel. Loopback addresses are
// in the list. One thread, that of the event loop. Known gap: addresses that only the routing table
// makes local (`ip route add local`) are on no interface.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "route/ip_address.h"

namespace turnaway::io {

namespace asio = boost::asio;

class OwnAddresses {
  public:
    using Addresses = std::vector<route::IpAddress>;  // sorted, each once
    using Changed = std::function<void(const Addresses&)>;

    // Fails where the system gives no such socket, or no list.
    [[nodiscard]] static base::Result<std::unique_ptr<OwnAddresses>> open(
        asio::io_context& context);
    OwnAddresses(const OwnAddresses&) = delete;
    OwnAddresses& operator=(const OwnAddresses&) = delete;

    const Addresses& now() const { return addresses_; }
    // From then on `changed` is called with each list that differs from the one before.
    void follow(Changed changed);

  private:
    OwnAddresses(asio::io_context& context, asio::posix::stream_descriptor socket);
    void await_change();
    void take_changes();
    void read_soon();
    void read_again();

    asio::posix::stream_descriptor socket_;
    asio::steady_timer pause_;  // changes come in flocks
    Addresses addresses_;
    Changed changed_;
};

}  // namespace turnaway::io
