// GateListeners: the sockets that mail servers connect to, for each protocol and each thread.
//
// TCP sockets are opened first, while the process may still bind every port; Unix sockets when it
// is the user that it will stay, to whom they then belong. Sockets from systemd replace those that
// the configuration has for their protocol, which FileDescriptorName= in the unit names. The files
// of Unix sockets are removed at the end, those of systemd are not.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "daemon/log.h"
#include "daemon/unix_socket.h"
#include "gate/config/config.h"
#include "gate/protocol/protocol.h"
#include "io/listener.h"

namespace turnaway::gate {

class GateListeners {
  public:
    struct OfProtocol {
        Protocol protocol;
        std::vector<io::Listener> listeners;
    };
    using OfThread = std::vector<OfProtocol>;

    [[nodiscard]] base::Result<void> open_tcp(const GateListenConfig& listen, unsigned threads,
                                              const boost::asio::any_io_executor& executor);
    [[nodiscard]] base::Result<void> open_unix(const GateListenConfig& listen,
                                               const boost::asio::any_io_executor& executor);

    // The paths of the Unix sockets that open_unix() makes. After open_tcp().
    std::vector<std::string> unix_paths(const GateListenConfig& listen) const;

    OfThread take(std::size_t thread) { return std::move(threads_.at(thread)); }
    void log(daemon::Log& log) const;
    // Removes the files of Unix sockets.
    void close() { unix_.clear(); }

  private:
    struct Place {
        Protocol protocol;
        std::string address;
        std::uint16_t port;
        std::string text;
    };
    base::Result<void> take_inherited(const io::InheritedSockets& sockets,
                                      const boost::asio::any_io_executor& executor);
    // The places to open here; none for a protocol whose sockets are from systemd.
    std::vector<settings::ListenPlace> wanted(const GateListenConfig& listen,
                                              Protocol protocol) const;
    base::Result<void> open_path(Protocol protocol, const std::string& path,
                                 const GateListenConfig& listen,
                                 const boost::asio::any_io_executor& executor);

    std::vector<OfThread> threads_;
    std::vector<daemon::UnixSocket> unix_;
    std::vector<Place> places_;
    std::vector<Protocol> inherited_;  // the protocols of the sockets of systemd
};

}  // namespace turnaway::gate
