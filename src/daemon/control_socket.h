// Control socket: the Unix socket for administrators, a file that only its owner, or its owner and
// one group, may use.
//
// An existing file at the path is examined first: a socket without a listener is replaced (a killed
// daemon left it); a socket with a listener, or anything that is not a socket, is left alone and
// open() fails. The destructor removes the file, unless another one has replaced it.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <string>

#include "base/result.h"

namespace turnaway::daemon {

class ControlSocket {
  public:
    using Protocol = boost::asio::local::stream_protocol;

    // `group`: by name, empty for none. The folder must exist.
    [[nodiscard]] static base::Result<ControlSocket> open(
        const boost::asio::any_io_executor& executor, const std::string& path,
        const std::string& group);
    ControlSocket(ControlSocket&& other) noexcept;
    ControlSocket& operator=(ControlSocket&&) = delete;
    ~ControlSocket() { close(); }

    Protocol::acceptor& acceptor() { return acceptor_; }
    void close();

  private:
    ControlSocket(Protocol::acceptor acceptor, std::string path);

    Protocol::acceptor acceptor_;
    std::string path_;  // empty: no longer owned
    dev_t device_ = 0;
    ino_t file_ = 0;
};

}  // namespace turnaway::daemon
