// Control socket: the Unix socket that administrators ask a daemon through: a file only its owner
// may use, or its owner and one group.
//
// What stands in its place is looked at first: a socket nobody listens on is replaced (a daemon
// that was killed left it), one that is served is left alone and refused, and so is anything that
// is not a socket. The file goes when this goes, unless another has taken its place.
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

    // `group`: by name, empty for none. The folder must be there.
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
    std::string path_;  // empty: not ours any more
    dev_t device_ = 0;
    ino_t file_ = 0;
};

}  // namespace turnaway::daemon
