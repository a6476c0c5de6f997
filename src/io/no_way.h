// NoWay: whether a connection failed at this machine, because it has no route to such an address.
//
// It says nothing about the host: a machine without IPv6 cannot learn there what the host's IPv4
// address has said already.
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
