#include "daemon/control_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <set>
#include <utility>

#include "io/start.h"

namespace turnaway::daemon {
namespace {

namespace asio = boost::asio;
using Socket = UnixSocket::Protocol::socket;
using Error = boost::system::error_code;

// After accept failed for lack of file descriptors, so that the loop does not spin.
constexpr std::chrono::milliseconds accept_pause{100};
constexpr std::size_t read_bytes = std::size_t{16} * 1024;
// An answer is sent whenever this much of it has gathered.
constexpr std::size_t gathered_bytes = std::size_t{32} * 1024;
// For how long, and how much of, a peer's input is read after its last answer.
constexpr std::chrono::seconds drain_wait{2};
constexpr std::size_t drained_bytes_max = std::size_t{4} * 1024 * 1024;
constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

ControlPeer peer_of(Socket& socket) {
    ucred who{};
    socklen_t size = sizeof who;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return {};
    return {.user = who.uid, .process = static_cast<std::uint32_t>(who.pid)};
}

}  // namespace

struct ControlServer::State {
    State(asio::io_context& context_of, UnixSocket socket_of, const Settings& settings_of,
          Service service_of)
        : context(context_of),
          socket(std::move(socket_of)),
          settings(settings_of),
          service(std::move(service_of)) {}

    asio::io_context& context;
    UnixSocket socket;
    const Settings settings;
    const Service service;
    std::set<Session*> sessions;
    bool is_stopping = false;
};

class ControlServer::Session final : public ControlAnswer,
                                     public std::enable_shared_from_this<Session> {
  public:
    Session(std::shared_ptr<State> state, Socket socket)
        : state_(std::move(state)),
          socket_(std::move(socket)),
          timer_(state_->context),
          peer_(peer_of(socket_)) {
        state_->sessions.insert(this);
    }
    ~Session() override { state_->sessions.erase(this); }

    State& state() { return *state_; }
    const ControlPeer& peer() const { return peer_; }
    void end_input() {
        Error ignored;
        socket_.shutdown(Socket::shutdown_receive, ignored);
    }

    // Nothing: there are no more lines.
    asio::awaitable<std::optional<std::string>> next_line();
    bool is_too_long() const { return is_too_long_; }
    asio::awaitable<bool> add(std::string lines) override;
    asio::awaitable<bool> send();
    // Ends the session: further input is read for a while, because closing with unread input would
    // cut off the answer on its way.
    asio::awaitable<void> leave();

  private:
    // Shuts down both directions when the time is up: cancelling could come between two operations.
    void begin_wait(std::chrono::milliseconds wait);
    void end_wait() { timer_.expires_at(asio::steady_timer::time_point::max()); }
    std::optional<std::string> take_line(std::size_t searched);

    std::shared_ptr<State> state_;
    Socket socket_;
    asio::steady_timer timer_;
    const ControlPeer peer_;
    std::string input_;
    std::string output_;
    bool is_too_long_ = false;  // the last line, which was cut
    bool is_broken_ = false;
    bool is_at_end_ = false;  // of the peer's input
};

void ControlServer::Session::begin_wait(std::chrono::milliseconds wait) {
    timer_.expires_after(wait);
    timer_.async_wait([self = shared_from_this()](const Error& error) {
        // The timer may have expired just before the awaited operation ended.
        if (error || self->timer_.expiry() > std::chrono::steady_clock::now()) return;
        self->is_broken_ = true;
        Error ignored;
        self->socket_.shutdown(Socket::shutdown_both, ignored);
    });
}

// `searched`: the length of the input that is known to hold no newline.
std::optional<std::string> ControlServer::Session::take_line(std::size_t searched) {
    const auto end = input_.find('\n', searched);
    const auto size = std::min(end, input_.size());
    is_too_long_ = size > state_->settings.request_bytes_max;
    if (end == std::string::npos && !is_too_long_) return std::nullopt;
    std::string line = input_.substr(0, size);
    input_.erase(0, end == std::string::npos ? size : size + 1);
    return line;
}

asio::awaitable<std::optional<std::string>> ControlServer::Session::next_line() {
    if (auto line = take_line(0)) co_return line;
    // Asio reports the end of input once; another read would wait forever.
    if (is_at_end_) co_return std::nullopt;
    begin_wait(state_->settings.request_wait);
    for (;;) {
        const std::size_t size = input_.size();
        input_.resize(size + read_bytes);
        const auto [error, count] = co_await socket_.async_read_some(
            asio::buffer(input_.data() + size, read_bytes), as_values);
        input_.resize(size + count);
        if (error || count == 0) break;
        if (auto line = take_line(size)) {
            end_wait();
            co_return line;
        }
    }
    end_wait();
    is_at_end_ = true;
    if (is_broken_ || input_.empty()) co_return std::nullopt;
    co_return std::exchange(input_, {});
}

asio::awaitable<bool> ControlServer::Session::add(std::string lines) {
    output_ += lines;
    if (output_.size() < gathered_bytes) co_return !is_broken_;
    co_return co_await send();
}

asio::awaitable<bool> ControlServer::Session::send() {
    begin_wait(state_->settings.answer_wait);
    for (std::size_t sent = 0; sent < output_.size() && !is_broken_;) {
        const auto [error, count] = co_await socket_.async_write_some(
            asio::buffer(output_.data() + sent, output_.size() - sent), as_values);
        if (error) is_broken_ = true;
        sent += count;
    }
    end_wait();
    output_.clear();
    co_return !is_broken_;
}

asio::awaitable<void> ControlServer::Session::leave() {
    if (!co_await send()) co_return;
    Error ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
    input_.resize(read_bytes);
    begin_wait(drain_wait);
    for (std::size_t drained = 0; drained < drained_bytes_max;) {
        const auto [error, count] =
            co_await socket_.async_read_some(asio::buffer(input_), as_values);
        if (error || count == 0) break;
        drained += count;
    }
    end_wait();
}

base::Result<UnixSocket> open_control_socket(const asio::any_io_executor& executor,
                                             const std::string& path, const std::string& group) {
    return UnixSocket::open(
        executor,
        {.key = "[control] socket", .group_key = "[control] group", .path = path, .group = group});
}

ControlServer::ControlServer(asio::io_context& context, UnixSocket socket, const Settings& settings,
                             Service service)
    : state_(std::make_shared<State>(context, std::move(socket), settings, std::move(service))) {}

ControlServer::~ControlServer() {
    stop();
}

void ControlServer::start() {
    io::start(state_->context, "the control socket", accept(state_));
}

void ControlServer::stop() {
    if (std::exchange(state_->is_stopping, true)) return;
    state_->socket.close();
    for (Session* const session : state_->sessions) session->end_input();
}

asio::awaitable<void> ControlServer::accept(std::shared_ptr<State> state) {
    asio::steady_timer pause(state->context);
    for (;;) {
        auto [error, socket] = co_await state->socket.acceptor().async_accept(as_values);
        if (state->is_stopping) co_return;
        if (error) {
            pause.expires_after(accept_pause);
            co_await pause.async_wait(as_values);
            continue;
        }
        const std::size_t most = state->settings.connections_max;
        if (state->sessions.size() >= 2 * most)
            continue;  // without an answer; the socket closes here
        const bool has_room = state->sessions.size() < most;
        auto session = std::make_shared<Session>(state, std::move(socket));
        io::start(state->context, "a session of the control socket",
                  has_room ? serve(std::move(session)) : turn_away(std::move(session)));
    }
}

asio::awaitable<void> ControlServer::turn_away(std::shared_ptr<Session> session) {
    (void)co_await session->add(session->state().service.fault_line(
        "busy", "too many programs use the control socket; try again"));
    co_await session->leave();
}

asio::awaitable<void> ControlServer::serve(std::shared_ptr<Session> session) {
    const State& state = session->state();
    while (const auto line = co_await session->next_line()) {
        if (line->find_first_not_of(" \t\r") == std::string::npos) continue;
        if (session->is_too_long()) {
            (void)co_await session->add(state.service.fault_line(
                "request", "the request is longer than " +
                               std::to_string(state.settings.request_bytes_max) + " octets"));
            co_return co_await session->leave();
        }
        if (!co_await state.service.perform(*line, session->peer(), *session)) {
            co_return co_await session->leave();
        }
        if (!co_await session->send()) co_return;
    }
}

}  // namespace turnaway::daemon
