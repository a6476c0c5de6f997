// NoWay: whether a connection failed because this machine has no route to the address.
//
// That proves nothing about the host: a machine without IPv6 has to rely on the reply of the host's
// IPv4 address.
#pragma once

#include <boost/asio/error.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

namespace turnaway::io {

inline bool has_no_way(const boost::system::error_code& error) {
    return error == boost::asio::error::network_unreachable ||
           error == boost::asio::error::address_family_not_supported ||
           error == boost::system::errc::address_not_available ||
           error == boost::system::errc::network_down;
}

}  // namespace turnaway::io
