// Control server: serves the programs that connect to the control socket: one request per line,
// answered in lines, in order.
//
// One thread. The permissions of the socket file decide which users may connect. No peer can delay
// another: the number of connections, the length of a request, the wait for it and the wait for the
// peer to read its answer are bounded. A malformed request ends the connection after its answer.
// Input that ends without a newline is a request too. The daemon defines the format of requests and
// answers.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "daemon/unix_socket.h"

namespace turnaway::daemon {

// The peer's credentials, as reported by the kernel.
struct ControlPeer {
    std::uint32_t user = 0;
    std::uint32_t process = 0;
};

// Sends the answer to a request.
class ControlAnswer {
  public:
    ControlAnswer() = default;
    ControlAnswer(const ControlAnswer&) = delete;
    ControlAnswer& operator=(const ControlAnswer&) = delete;
    virtual ~ControlAnswer() = default;

    // Whole lines, sent when enough have gathered and at the end. False: the peer no longer reads.
    virtual boost::asio::awaitable<bool> add(std::string lines) = 0;
};

// The socket of `[control] socket` and its group; empty: none.
[[nodiscard]] base::Result<UnixSocket> open_control_socket(
    const boost::asio::any_io_executor& executor, const std::string& path,
    const std::string& group);

class ControlServer {
  public:
    struct Service {
        // Performs the request in a line and adds the whole answer. False: the request is
        // malformed, and the answer says so. The arguments outlive the coroutine.
        std::function<boost::asio::awaitable<bool>(std::string_view line, const ControlPeer& peer,
                                                   ControlAnswer& answer)>
            perform;
        // The answer, a whole line, to what the server itself refuses: `kind` is "request" (it is
        // too long) or "busy".
        std::function<std::string(std::string_view kind, std::string_view words)> fault_line;
    };

    struct Settings {
        std::size_t connections_max = 16;  // one more is closed after "busy"
        std::size_t request_bytes_max = std::size_t{64} * 1024;
        std::chrono::milliseconds request_wait = std::chrono::minutes(1);  // for a whole request
        std::chrono::milliseconds answer_wait =
            std::chrono::seconds(30);  // for the peer to read a part
    };

    ControlServer(boost::asio::io_context& context, UnixSocket socket, const Settings& settings,
                  Service service);
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;
    ~ControlServer();

    void start();
    // No new connections; existing ones end after their current request.
    void stop();

  private:
    struct State;
    class Session;
    static boost::asio::awaitable<void> accept(std::shared_ptr<State> state);
    static boost::asio::awaitable<void> serve(std::shared_ptr<Session> session);
    static boost::asio::awaitable<void> turn_away(std::shared_ptr<Session> session);

    std::shared_ptr<State> state_;
};

}  // namespace turnaway::daemon
