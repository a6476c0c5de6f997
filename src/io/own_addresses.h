// OwnAddresses: the addresses of this machine's interfaces, now and after every change.
//
// One rtnetlink socket (rtnetlink(7)) that is opened before the sandbox closes: it lists the
// addresses and then receives changes, after each of which the whole list is read again, so that an
// overrun of the socket loses nothing. Only messages from the kernel count. Loopback addresses are
// in the list. One thread, that of the event loop. Known gap: addresses that are local only through
// the routing table (`ip route add local`) are not on any interface.
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

    // Fails if the system does not provide such a socket, or a list.
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
    asio::steady_timer pause_;  // changes come in bursts
    Addresses addresses_;
    Changed changed_;
};

}  // namespace turnaway::io
