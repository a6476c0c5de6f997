#include "daemon/event_thread.h"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <iterator>
#include <utility>

#include "io/start.h"

namespace turnaway::daemon {
namespace {

namespace asio = boost::asio;

// After accept failed for lack of file descriptors, so that the loop does not spin.
constexpr std::chrono::milliseconds accept_pause{100};
// How often a stopping thread checks whether all sessions have ended.
constexpr std::chrono::milliseconds stop_check_interval{20};

}  // namespace

EventThread::EventThread() : io_(1), work_(asio::make_work_guard(io_)), stop_timer_(io_) {}

void EventThread::start(std::vector<io::Listener> listeners, Hooks hooks) {
    hooks_ = std::move(hooks);
    listen(std::move(listeners), hooks_.serve);
}

void EventThread::listen(std::vector<io::Listener> listeners, const Serve& serve) {
    for (auto& listener : listeners) {
        auto& door = doors_.emplace_back(std::move(listener), serve);
        io::start(io_, "a listening socket", accept(door));
    }
}

asio::awaitable<void> EventThread::accept(Door& door) {
    asio::steady_timer pause(io_);
    for (;;) {
        auto socket = co_await door.listener.accept();
        if (socket) {
            auto connection = std::make_unique<io::Connection>(*std::move(socket));
            io::start(io_, "the session of a client", door.serve(std::move(connection)));
            continue;
        }
        if (socket.error() == asio::error::operation_aborted) co_return;
        hooks_.on_accept_failure(socket.error().message());
        boost::system::error_code ignored;
        pause.expires_after(accept_pause);
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
}

base::Result<std::vector<io::Listener>> EventThread::adopt(std::vector<io::Listener> listeners) {
    for (auto& listener : listeners) {
        auto moved = std::move(listener).moved_to(io_.get_executor());
        if (!moved) return std::unexpected(moved.error());
        listener = *std::move(moved);
    }
    return listeners;
}

void EventThread::stop() {
    asio::post(io_, [this] {
        if (std::exchange(is_stopping_, true)) return;
        for (auto& door : doors_) door.listener.close();
        if (hooks_.on_stop) hooks_.on_stop();
        // A session may leave while the others are being ended.
        const auto sessions = sessions_;
        for (const auto& end_it : sessions) end_it();
        end_when_empty();
    });
}

void EventThread::end_when_empty() {
    if (sessions_.empty() && !(hooks_.is_busy && hooks_.is_busy())) {
        io_.stop();
        return;
    }
    stop_timer_.expires_after(stop_check_interval);
    stop_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) end_when_empty();
    });
}

EventThread::SessionGuard EventThread::enter(std::function<void()> end_it) {
    sessions_.push_back(std::move(end_it));
    if (is_stopping_) sessions_.back()();  // accepted before the stop, entered after it
    return {*this, std::prev(sessions_.end())};
}

}  // namespace turnaway::daemon
