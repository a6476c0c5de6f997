#include "daemon/process_loop.h"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <chrono>
#include <csignal>
#include <string_view>
#include <thread>
#include <utility>

namespace turnaway::daemon {
namespace {

namespace asio = boost::asio;

// How long a stop may take before remaining clients are cut off. After a failure hardly anything
// they send can be saved any more: the sooner the process ends, the less will be done twice.
constexpr std::chrono::seconds stop_wait_max{30};
constexpr std::chrono::seconds failed_stop_wait_max{3};
// How often the service manager gets the status.
constexpr std::chrono::seconds status_wait{2};

}  // namespace

ProcessLoop::ProcessLoop() : signals_(io_), stop_timer_(io_), status_timer_(io_) {}

void ProcessLoop::take_signals() {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
    await_signals();
}

void ProcessLoop::await_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        if (signal == SIGHUP) {
            reload();
        } else {
            stop(0, signal == SIGTERM ? "SIGTERM" : "SIGINT");
        }
        await_signals();
    });
}

ProcessLoop::Ending ProcessLoop::run(std::vector<EventThread*> threads, Log& log, Hooks hooks) {
    threads_ = std::move(threads);
    log_ = &log;
    hooks_ = std::move(hooks);
    std::vector<std::thread> running;
    running.reserve(threads_.size());
    for (auto* thread : threads_) running.emplace_back([thread] { thread->run(); });
    // When the last thread has ended, the loop ends.
    std::thread joiner([this, &running] {
        for (auto& thread : running) thread.join();
        asio::post(io_, [this] { io_.stop(); });
    });
    service_.ready(hooks_.status());
    send_status();
    io_.run();
    joiner.join();
    return ending_;
}

void ProcessLoop::reload() {
    if (is_stopping_) return;
    is_reload_wanted_ = is_reloading_;
    if (std::exchange(is_reloading_, true)) return;
    service_.reloading();
    disk_.post(
        [this] { asio::post(io_, [this, read = hooks_.read_config()] { finish_reload(read); }); });
}

// The new configuration takes effect as a whole or not at all.
void ProcessLoop::finish_reload(const base::Result<TakeConfig>& read) {
    is_reloading_ = false;
    if (is_stopping_) return;
    log_reload(read);
    service_.reloaded();
    if (std::exchange(is_reload_wanted_, false)) reload();
}

void ProcessLoop::log_reload(const base::Result<TakeConfig>& read) {
    if (!read) {
        // One line for each error in the file.
        std::string_view rest = read.error().message;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            log_->write(Reloaded{.is_taken = false, .words = rest.substr(0, end)});
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        return;
    }
    const Taken taken = (*read)();
    log_->write(Reloaded{});
    for (const auto& words : taken.warnings) log_->write(Trouble{.words = words});
    for (const auto& key : taken.waiting_keys) {
        const std::string words = key + " keeps its old value until the next restart";
        log_->write(Trouble{.words = words});
    }
}

void ProcessLoop::stop(int exit_code, std::string reason) {
    const bool was_stopping = std::exchange(is_stopping_, true);
    if (was_stopping && exit_code == 0) {
        ending_.reason += ", then " + reason + " again";
        return abandon();
    }
    ending_.exit_code = std::max(ending_.exit_code, exit_code);
    ending_.reason = std::move(reason);
    if (!was_stopping) {
        service_.stopping(ending_.reason);
        if (hooks_.on_stop) hooks_.on_stop();
        for (auto* thread : threads_) thread->stop();
    }
    stop_timer_.expires_after(ending_.exit_code == 0 ? stop_wait_max : failed_stop_wait_max);
    stop_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) abandon();
    });
}

// Cuts off remaining clients.
void ProcessLoop::abandon() {
    for (auto* thread : threads_) thread->abandon();
}

void ProcessLoop::send_status() {
    status_timer_.expires_after(status_wait);
    status_timer_.async_wait([this](const boost::system::error_code& error) {
        if (error || is_stopping_) return;
        service_.changed(hooks_.status());
        send_status();
    });
}

}  // namespace turnaway::daemon
