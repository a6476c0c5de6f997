#include "refuse/worker.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>

#include "base/check.h"
#include "refuse/connection_log.h"
#include "refuse/epoll_token.h"

namespace turnaway::refuse {

namespace {

constexpr int events_per_wait = 256;
constexpr int rounds_per_event = 16;  // then other connections are served
constexpr std::size_t drained_bytes_per_round = std::size_t{256} * 1024;
constexpr std::uint32_t drain_seconds_max = 10;
constexpr std::uint32_t stop_grace_seconds = 5;
constexpr std::uint32_t stop_drain_seconds = 2;
// From `--pressure-connections` on, silent clients time out sooner (RFC 5321 section 4.5.3.2.7
// allows less under attack).
constexpr std::uint32_t idle_seconds_under_pressure = 15;

}  // namespace

Worker::Worker(Shared& shared, std::vector<OwnedFd> listeners)
    : shared_(shared),
      listeners_(std::move(listeners)),
      now_(Clocks::read()),
      table_(shared.settings.connections_max + spare_rows),
      wheel_(now_.seconds) {}

Worker::Clocks Worker::Clocks::read() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return {static_cast<std::uint64_t>(now.tv_sec * 1'000'000 + now.tv_nsec / 1000),
            static_cast<std::uint32_t>(now.tv_sec),
            static_cast<std::uint32_t>(now.tv_sec * 1000 + now.tv_nsec / 1'000'000)};
}

int Worker::wait_milliseconds() const {
    if (table_.taken() == 0 && !is_accept_paused_ && is_listening_) return -1;
    return is_accept_paused_ ? 100 : 1000 - static_cast<int>(now_.milliseconds % 1000);
}

void Worker::run() {
    std::array<epoll_event, events_per_wait> events;
    do {
        const int count =
            epoll_wait(epoll_.get(), events.data(), events_per_wait, wait_milliseconds());
        now_ = Clocks::read();
        for (int i = 0; i < count; ++i) {
            on_event(events[static_cast<std::size_t>(i)].data.u64,
                     events[static_cast<std::size_t>(i)].events);
        }
        serve_fresh();
        wheel_.advance(table_, now_.seconds, [this](std::uint32_t index) { look_at_time(index); });
        if (is_accept_paused_ && is_listening_) resume_accepting();
        counters_.active.set(table_.taken());
    } while (!has_stopped());
    for (std::uint32_t index = 0; index < table_.ever_used(); ++index) {
        if (table_[index].fd >= 0) finish(index, Ending::shutdown);
    }
}

// After `is_stopping`: no new connections, a few seconds for existing ones to end by themselves,
// then a last reply to all that are left.
bool Worker::has_stopped() {
    if (!shared_.is_stopping.load(std::memory_order_relaxed)) return false;
    if (is_listening_) {
        stop_listening();
        stop_at_seconds_ = now_.seconds + stop_grace_seconds;
    }
    if (now_.seconds >= stop_at_seconds_ && !has_given_up_all_) {
        has_given_up_all_ = true;
        for (std::uint32_t index = 0; index < table_.ever_used(); ++index) {
            const Connection& connection = table_[index];
            if (connection.fd >= 0 && !connection.is_draining) give_up(index, Ending::shutdown);
        }
    }
    return table_.taken() == 0 || now_.seconds >= stop_at_seconds_ + stop_drain_seconds;
}

void Worker::wake() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
}

void Worker::on_event(std::uint64_t token, std::uint32_t events) {
    if (token == wake_token) {
        std::uint64_t count = 0;
        [[maybe_unused]] const ssize_t bytes = read(wake_.get(), &count, sizeof count);
        return;
    }
    if (is_listener(token)) return accept_batch(listener_fd(token));
    const std::uint32_t index = row_index(token);
    Connection& connection = table_[index];
    if (connection.fd < 0 || connection_token(index, connection.generation) != token) return;
    if (connection.is_draining) return drain(index);
    serve(index, events);
}

// By the time a batch has been accepted, most clients have answered the greeting or left. Those
// never need to be registered with epoll, the most expensive call of a short connection; the others
// are registered here. No client waits longer because of it.
void Worker::serve_fresh() {
    for (const std::uint32_t index : fresh_) {
        serve(index, 0);
        Connection& connection = table_[index];
        if (connection.fd < 0 || connection.is_draining) continue;
        if (!connection.is_watched) ask_for_event(index, EPOLLIN | EPOLLRDHUP | EPOLLET);
        wheel_.add(table_, index, now_.seconds, now_.seconds + idle_seconds_max(connection));
    }
    fresh_.clear();
}

void Worker::serve(std::uint32_t index, std::uint32_t events) {
    if (table_[index].waits_for_room) {
        table_[index].waits_for_room = false;
        ask_for_event(index, EPOLLIN | EPOLLRDHUP | EPOLLET);
    }
    const bool client_has_closed = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
    for (int round = 0; round < rounds_per_event; ++round) {
        if (serve_once(index, client_has_closed) != Progress::goes_on) return;
    }
    // Other connections first. The rest may be in the kernel or in held_: EPOLLOUT reports room to
    // write in either case.
    table_[index].waits_for_room = true;
    ask_for_event(index, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

void Worker::ask_for_event(std::uint32_t index, std::uint32_t events) {
    Connection& connection = table_[index];
    epoll_event event{.events = events,
                      .data = {.u64 = connection_token(index, connection.generation)}};
    const int operation = connection.is_watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    // A connection that cannot be registered (the system's limit on watches) is ended by the wheel.
    connection.is_watched = epoll_ctl(epoll_.get(), operation, connection.fd, &event) == 0;
}

void Worker::begin_drain(std::uint32_t index, Ending ending) {
    Connection& connection = table_[index];
    connection.is_draining = true;
    held_.release(&connection.held_input);
    connection.ending = ending;
    connection.idle_since_seconds = now_.seconds;
    shutdown(connection.fd, SHUT_WR);
    if (!connection.is_watched) ask_for_event(index, EPOLLIN | EPOLLRDHUP | EPOLLET);
    wheel_.remove(table_, index);
    wheel_.add(table_, index, now_.seconds, now_.seconds + drain_seconds_max);
    drain(index);
}

// Drops further input until the client closes; if it does not, the wheel ends the connection.
void Worker::drain(std::uint32_t index) {
    Connection& connection = table_[index];
    for (int round = 0; round < rounds_per_event; ++round) {
        const ssize_t got = recv(connection.fd, nullptr, drained_bytes_per_round, MSG_TRUNC);
        if (got < 0 && errno == EAGAIN) return;
        // errno is valid only after a failure.
        if (got == 0 || (got < 0 && errno != EINTR)) return finish(index, connection.ending);
    }
    ask_for_event(index, EPOLLIN | EPOLLRDHUP | EPOLLET);
}

// The host ends the session: sends 521 if it has not been sent yet, then closes cleanly.
void Worker::give_up(std::uint32_t index, Ending ending) {
    Connection& connection = table_[index];
    if (const auto says = connection.session.give_up()) {
        const std::string_view text = shared_.replies[*says];
        // A full socket belongs to a client that does not read; it would not read this either.
        if (!connection.waits_for_room) {
            send(connection.fd, text.data(), text.size(), MSG_NOSIGNAL | MSG_MORE);
        }
        counters_.refusals[refused_elsewhere].add();
    }
    begin_drain(index, ending);
}

std::uint32_t Worker::idle_seconds_max(const Connection& connection) const {
    if (connection.is_draining) return drain_seconds_max;
    const auto usual = static_cast<std::uint32_t>(shared_.settings.idle_timeout.count());
    const std::uint32_t held = shared_.held.load(std::memory_order_relaxed);
    const bool is_under_pressure = held > shared_.settings.pressure_connections;
    return is_under_pressure ? std::min(usual, idle_seconds_under_pressure) : usual;
}

void Worker::look_at_time(std::uint32_t index) {
    Connection& connection = table_[index];
    const std::uint32_t idle_until = connection.idle_since_seconds + idle_seconds_max(connection);
    if (connection.is_draining) {
        if (idle_until <= now_.seconds) return finish(index, connection.ending);
        return wheel_.add(table_, index, now_.seconds, idle_until);
    }
    const auto session_seconds =
        static_cast<std::uint32_t>(shared_.settings.session_timeout.count());
    const std::uint32_t held_seconds = (now_.milliseconds - connection.started_milliseconds) / 1000;
    if (held_seconds >= session_seconds) return give_up(index, Ending::session_timeout);
    if (idle_until <= now_.seconds) return give_up(index, Ending::idle_timeout);
    const std::uint32_t session_until = now_.seconds + session_seconds - held_seconds;
    wheel_.add(table_, index, now_.seconds, std::min(idle_until, session_until));
}

void Worker::finish(std::uint32_t index, Ending ending) {
    Connection& connection = table_[index];
    connection.ending = ending;
    // Before close(), after which the client may reconnect at once.
    if (!shared_.settings.stage) remember(connection);
    wheel_.remove(table_, index);
    held_.release(&connection.held_input);
    close(connection.fd);
    if (connection.is_counted) {
        shared_.address_count.release(connection.client);
        shared_.held.fetch_sub(1, std::memory_order_relaxed);
    }
    counters_.ended[static_cast<std::size_t>(ending)].add();
    counters_.reached[static_cast<std::size_t>(connection.session.reached())].add();
    log(connection);
    table_.release(index);
}

// What stage `auto` needs to know about this client at its next visit.
void Worker::remember(const Connection& connection) {
    using Reached = smtp::RefuseSession::Reached;
    const Reached reached = connection.session.reached();
    const bool left = connection.ending == Ending::quit ||
                      connection.ending == Ending::client_closed ||
                      connection.ending == Ending::client_reset;
    if (left && reached == Reached::helo && !connection.session.has_refused()) {
        shared_.memory.note_left_at_hello(connection.client, now_.seconds / 60);
    } else if (connection.is_on_trial && reached >= Reached::mail) {
        shared_.memory.forget(connection.client);
    }
}

void Worker::log(const Connection& connection) {
    if (shared_.settings.log == base::LogFormat::none) return;
    std::array<char, connection_log_bytes_max> buffer;
    if (!log_ring_.may_log(now_.seconds) ||
        !log_ring_.push(
            connection_log_line(connection, shared_.settings.log, now_.milliseconds, buffer))) {
        return counters_.log_lines_dropped.add();
    }
    if (shared_.log_flag.raise()) {
        const std::uint64_t one = 1;
        [[maybe_unused]] const ssize_t written = write(shared_.log_wake_fd, &one, sizeof one);
    }
}

}  // namespace turnaway::refuse
