// How a worker accepts connections: in batches, with the 521 or the 220 sent before anything else
// is done, and with a reply even if there is no room, one client has too many connections, or no
// file descriptor is left.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <mutex>

#include "refuse/epoll_token.h"
#include "refuse/worker.h"

namespace turnaway::refuse {

namespace {

using base::Fault;
using base::Result;

constexpr int accepts_per_batch = 64;

base::Result<OwnedFd> own(int fd, const char* what) {
    if (fd < 0) return base::fail_errno(Fault::system, what);
    return OwnedFd(fd);
}

bool watch(int epoll, int fd, std::uint32_t events, std::uint64_t token) {
    epoll_event event{.events = events, .data = {.u64 = token}};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool is_out_of_descriptors(int error) {
    return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Result<std::unique_ptr<Worker>> Worker::make(Shared& shared, std::vector<OwnedFd> listeners,
                                             const std::vector<OwnedFd>& shared_listeners) {
    std::unique_ptr<Worker> worker(new Worker(shared, std::move(listeners)));
    auto epoll = own(epoll_create1(EPOLL_CLOEXEC), "cannot make an epoll instance");
    if (!epoll) return std::unexpected(epoll.error());
    worker->epoll_ = *std::move(epoll);
    auto wake = own(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "cannot make an eventfd");
    if (!wake) return std::unexpected(wake.error());
    worker->wake_ = *std::move(wake);
    auto reserve = own(dup(worker->wake_.get()), "cannot reserve a file descriptor");
    if (!reserve) return std::unexpected(reserve.error());
    worker->reserve_ = *std::move(reserve);
    worker->output_.reserve(output_bytes + base::limits::reply_line_bytes_max * 8);
    if (auto done = worker->watch_listeners(shared_listeners); !done) {
        return std::unexpected(done.error());
    }
    return worker;
}

Result<void> Worker::watch_listeners(const std::vector<OwnedFd>& shared_listeners) {
    bool done = watch(epoll_.get(), wake_.get(), EPOLLIN, wake_token);
    for (const OwnedFd& fd : listeners_) watched_.push_back({fd.get(), EPOLLIN});
    // Only one worker is woken for a connection on a shared socket.
    for (const OwnedFd& fd : shared_listeners) {
        watched_.push_back({fd.get(), EPOLLIN | EPOLLEXCLUSIVE});
    }
    for (const Watched& listener : watched_) {
        done =
            done && watch(epoll_.get(), listener.fd, listener.events, listener_token(listener.fd));
    }
    if (!done) return base::fail_errno(Fault::system, "cannot watch the listening sockets");
    fresh_.reserve(watched_.size() * accepts_per_batch);
    is_listening_ = true;
    return {};
}

void Worker::stop_listening() {
    if (!is_listening_) return;
    is_listening_ = false;
    // Clients already in the queue get a reply; the system refuses the rest.
    for (const Watched& listener : watched_) accept_batch(listener.fd);
    if (!is_accept_paused_) pause_accepting();
    is_accept_paused_ = false;
    listeners_.clear();
}

void Worker::pause_accepting() {
    is_accept_paused_ = true;
    for (const Watched& listener : watched_) {
        epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, listener.fd, nullptr);
    }
}

void Worker::resume_accepting() {
    is_accept_paused_ = false;
    for (const Watched& listener : watched_) {
        watch(epoll_.get(), listener.fd, listener.events, listener_token(listener.fd));
    }
}

void Worker::accept_batch(int listener) {
    // Once descriptors have run out, one worker accepts at a time; otherwise another could take the
    // descriptor that a worker has just freed.
    std::unique_lock turn(shared_.descriptor_turn, std::defer_lock);
    if (shared_.is_short_of_descriptors.load(std::memory_order_relaxed)) turn.lock();
    for (int i = 0; i < accepts_per_batch; ++i) {
        sockaddr_storage address;
        socklen_t bytes = sizeof address;
        const int fd = accept4(listener, reinterpret_cast<sockaddr*>(&address), &bytes,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            welcome(fd, ClientAddress::from(address));
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (is_out_of_descriptors(errno)) {
            counters_.accept_failures.add();
            shared_.is_short_of_descriptors.store(true, std::memory_order_relaxed);
            if (!turn.owns_lock()) turn.lock();
            accept_without_descriptor(listener);
        }
        return;
    }
}

// No descriptor is left for the next connection: the reserve is closed for it, the client gets its
// 521, and the reserve is opened again.
void Worker::accept_without_descriptor(int listener) {
    if (reserve_.get() < 0) reserve_ = OwnedFd(dup(wake_.get()));
    reserve_.reset();
    const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        const std::string_view text = shared_.replies[smtp::RefuseSays::refusal_greeting];
        send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        recv(fd, nullptr, input_bytes, MSG_TRUNC);
        close(fd);
    } else {
        // Another worker accepted it, or the whole system has no descriptors: try again at the next
        // tick instead of spinning.
        if (!is_accept_paused_) pause_accepting();
    }
    reserve_ = OwnedFd(dup(wake_.get()));
}

// Auto: at RCPT; at EHLO for a client that has left between EHLO and MAIL before; as the greeting,
// which costs least, if too many connections are held or this client connects too often.
void Worker::choose_stage(Connection* connection, std::uint32_t others_held) {
    using enum smtp::RefuseStage;
    const Settings& settings = shared_.settings;
    smtp::RefuseStage stage = settings.stage.value_or(rcpt);
    if (!settings.stage) {
        if (others_held >= settings.pressure_connections) {
            connection->pressure = Pressure::connections;
        } else if (!shared_.address_rate.allows(connection->client,
                                                settings.pressure_per_address_a_minute,
                                                now_.microseconds)) {
            connection->pressure = Pressure::address;
        }
        if (connection->pressure != Pressure::none) {
            counters_.pressure[static_cast<std::size_t>(connection->pressure)].add();
            stage = greeting;
        } else {
            const auto visit = shared_.memory.visit(connection->client, now_.seconds / 60);
            if (visit == ClientMemory::Visit::refuse_at_hello) stage = helo;
            connection->is_on_trial = visit == ClientMemory::Visit::trial;
        }
    }
    connection->session = smtp::RefuseSession(stage);
    counters_.connections[static_cast<std::size_t>(stage)].add();
    if (stage == greeting) counters_.refusals[static_cast<std::size_t>(greeting)].add();
}

void Worker::welcome(int fd, const ClientAddress& client) {
    const Settings& settings = shared_.settings;
    if (!shared_.address_count.take(client, settings.connections_per_address_max)) {
        return turn_away(fd, client, Ending::address_limit);
    }
    const std::uint32_t others_held = shared_.held.fetch_add(1, std::memory_order_relaxed);
    const bool has_room = others_held < settings.connections_max;
    const std::uint32_t index = has_room ? table_.take() : Connection::none;
    if (index == Connection::none) {
        shared_.held.fetch_sub(1, std::memory_order_relaxed);
        shared_.address_count.release(client);
        return turn_away(fd, client, Ending::table_full);
    }
    Connection& connection = table_[index];
    connection.fd = fd;
    connection.client = client;
    connection.is_counted = true;
    connection.started_milliseconds = now_.milliseconds;
    connection.idle_since_seconds = now_.seconds;
    choose_stage(&connection, others_held);

    const std::string_view text = shared_.replies[connection.session.greet()];
    // A fresh socket has room for one line; if even that fails, the client is gone.
    if (send(fd, text.data(), text.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(text.size())) {
        return finish(index, Ending::client_reset);
    }
    fresh_.push_back(index);
}

// Sends 521 and closes, using a spare row if there is one, so that the client's input can be
// drained first.
void Worker::turn_away(int fd, const ClientAddress& client, Ending ending) {
    const std::string_view text = shared_.replies[smtp::RefuseSays::refusal_greeting];
    send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    constexpr auto greeting = static_cast<std::size_t>(smtp::RefuseStage::greeting);
    counters_.connections[greeting].add();
    counters_.refusals[greeting].add();
    const std::uint32_t index = table_.take();
    if (index == Connection::none) {
        recv(fd, nullptr, input_bytes, MSG_TRUNC | MSG_DONTWAIT);
        close(fd);
        counters_.ended[static_cast<std::size_t>(ending)].add();
        return;
    }
    Connection& connection = table_[index];
    connection.fd = fd;
    connection.client = client;
    connection.started_milliseconds = now_.milliseconds;
    connection.session.greet();
    begin_drain(index, ending);
}

}  // namespace turnaway::refuse
