// Control server: speaks with whoever came to the control socket: a request a line, answered in
// lines, in order.
//
// One thread; who may connect is the file's permissions' to say. Nothing a peer does holds up
// anybody else: connections, the length of a request, the wait for it and the wait for its answer
// to be taken are bounded. A request that makes no sense is answered with one line that says why,
// and ends the connection. What stands before the end of input without a newline is a request too.
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

#include "relay/control/control_request.h"
#include "relay/control/control_socket.h"

namespace turnaway::relay {

// Who asks, as the kernel knows them.
struct ControlPeer {
    std::uint32_t user = 0;
    std::uint32_t process = 0;
};

// Where the answer to a request goes.
class ControlAnswer {
  public:
    ControlAnswer() = default;
    ControlAnswer(const ControlAnswer&) = delete;
    ControlAnswer& operator=(const ControlAnswer&) = delete;
    virtual ~ControlAnswer() = default;

    // Whole lines, sent when enough have gathered and at the end. False: nobody takes them any
    // more.
    virtual boost::asio::awaitable<bool> add(std::string lines) = 0;
};

class ControlServer {
  public:
    // Ends its answer with an end_line() or a fault_line(). The arguments outlive the coroutine.
    using Perform = std::function<boost::asio::awaitable<void>(const ControlRequest&,
                                                               const ControlPeer&, ControlAnswer&)>;

    struct Settings {
        std::size_t connections_max = 16;  // one more is told so and closed
        std::size_t request_bytes_max = std::size_t{64} * 1024;
        std::chrono::milliseconds request_wait = std::chrono::minutes(1);  // for a whole one
        std::chrono::milliseconds answer_wait = std::chrono::seconds(30);  // for a part being taken
    };

    ControlServer(boost::asio::io_context& context, ControlSocket socket, const Settings& settings,
                  Perform perform);
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;
    ~ControlServer();

    void start();
    // No new connections; those there end after the request they are at.
    void stop();

  private:
    struct State;
    class Session;
    static boost::asio::awaitable<void> accept(std::shared_ptr<State> state);
    static boost::asio::awaitable<void> serve(std::shared_ptr<Session> session);
    static boost::asio::awaitable<void> turn_away(std::shared_ptr<Session> session);

    std::shared_ptr<State> state_;
};

}  // namespace turnaway::relay
