// Unix socket: a listening Unix socket, such as the control socket: a file that only its owner, or
// its owner and one group, may use unless another mode is set.
//
// An existing file at the path is examined first: a socket without a listener is replaced (a killed
// daemon left it); a socket with a listener, or anything that is not a socket, is left alone and
// open() fails. The destructor removes the file, unless another one has replaced it.
#pragma once

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace turnaway::daemon {

class UnixSocket {
  public:
    using Protocol = boost::asio::local::stream_protocol;

    struct Settings {
        std::string_view key;  // "[control] socket", for messages
        std::string_view group_key;
        std::string path;                 // its folder must exist
        std::string group = {};           // by name; empty: none
        std::optional<mode_t> mode = {};  // nothing: 0600, or 0660 with a group
        int backlog = 16;
    };
    [[nodiscard]] static base::Result<UnixSocket> open(const boost::asio::any_io_executor& executor,
                                                       const Settings& settings);
    UnixSocket(UnixSocket&& other) noexcept;
    UnixSocket& operator=(UnixSocket&&) = delete;
    ~UnixSocket() { close(); }

    Protocol::acceptor& acceptor() { return acceptor_; }
    void close();

  private:
    UnixSocket(Protocol::acceptor acceptor, std::string path);

    Protocol::acceptor acceptor_;
    std::string path_;  // empty: no longer owned
    dev_t device_ = 0;
    ino_t file_ = 0;
};

}  // namespace turnaway::daemon
