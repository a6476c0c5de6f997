#include "io/host_prober.h"

#include <algorithm>
#include <array>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <deque>
#include <map>
#include <utility>
#include <vector>

#include "io/connection.h"
#include "io/no_way.h"
#include "io/start.h"

namespace turnaway::io {
namespace {

using check::HostProbe;
using check::ProbeEnd;
using check::ProbeResult;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

milliseconds since(Clock::time_point begin) {
    return std::chrono::duration_cast<milliseconds>(Clock::now() - begin);
}

ProbeResult not_connected(const boost::system::error_code& error, milliseconds after) {
    ProbeResult result{.end = has_no_way(error) ? ProbeEnd::no_way : ProbeEnd::not_reached};
    result.problem =
        error == asio::error::timed_out ? "no answer to the connection in time" : error.message();
    result.ended_after = after;
    return result;
}

std::string own_literal(const Connection& connection) {
    const auto local = connection.local();
    if (!local) return "[127.0.0.1]";
    const auto address = ip_address(local->address());
    return (address.is_ipv4() ? "[" : "[IPv6:") + address.text() + ']';
}

// One read or write, within what is left of the step.
asio::awaitable<void> take_step(HostProbe& probe, Connection& connection, Clock::time_point begin,
                                Clock::time_point end) {
    const auto left =
        std::max(std::chrono::duration_cast<milliseconds>(end - Clock::now()), milliseconds(1));
    if (probe.wish() == HostProbe::Wish::send) {
        const bool is_sent = (co_await connection.write(probe.bytes_to_send(), left)).has_value();
        if (is_sent) {
            probe.sent();
        } else {
            probe.closed(since(begin));
        }
        co_return;
    }
    std::array<char, 4096> buffer;
    const auto got = co_await connection.read(buffer, left);
    if (got) {
        probe.received({buffer.data(), *got}, since(begin));
    } else if (got.error() == Failure::timed_out) {
        probe.timed_out(since(begin));
    } else {
        probe.closed(since(begin));
    }
}

}  // namespace

class HostProber::State : public std::enable_shared_from_this<State> {
  public:
    State(asio::io_context& context, Settings settings)
        : context_(context), settings_(std::move(settings)) {}

    void add(const route::IpAddress& address, std::uint16_t port, Done done) {
        const Host host{address, port};
        auto& waiting = waiting_[host];
        waiting.push_back(std::move(done));
        if (waiting.size() > 1) return;
        line_.push_back(host);
        start_some();
    }
    void forget_line() { line_.clear(); }

  private:
    struct Host {
        route::IpAddress address;
        std::uint16_t port;
        auto operator<=>(const Host&) const = default;
    };

    void start_some();
    static asio::awaitable<void> run(std::shared_ptr<State> self, Host host);
    asio::awaitable<ProbeResult> talk(Connection& connection, HostProbe& probe,
                                      Clock::time_point begin);
    void hand_out(const Host& host, const ProbeResult& result);
    void finished();

    asio::io_context& context_;
    Settings settings_;
    std::deque<Host> line_;
    std::size_t open_count_ = 0;
    std::map<Host, std::vector<Done>> waiting_;  // until the host has answered
};

void HostProber::State::start_some() {
    for (; !line_.empty() && open_count_ < settings_.at_once_max; ++open_count_) {
        start(context_, "a session with a host", run(shared_from_this(), line_.front()));
        line_.pop_front();
    }
}

void HostProber::State::hand_out(const Host& host, const ProbeResult& result) {
    // A `done` may ask for the same host again, which is a session of its own.
    const auto waiting = std::move(waiting_.extract(host).mapped());
    for (const Done& done : waiting) done(result);
}

void HostProber::State::finished() {
    --open_count_;
    start_some();
}

// Until it is decided: each reply has the time of one step.
asio::awaitable<ProbeResult> HostProber::State::talk(Connection& connection, HostProbe& probe,
                                                     Clock::time_point begin) {
    const auto connected_after = since(begin);
    auto end = Clock::now() + settings_.step_wait;
    while (!probe.is_decided()) {
        const bool is_new_step = probe.wish() == HostProbe::Wish::send;
        if (is_new_step) end = Clock::now() + settings_.step_wait;
        co_await take_step(probe, connection, begin, end);
    }
    ProbeResult result = probe.result();
    result.connected_after = connected_after;
    co_return result;
}

asio::awaitable<void> HostProber::State::run(std::shared_ptr<State> self, Host host) {
    const auto begin = Clock::now();
    auto dialled = co_await Connection::dial(self->context_.get_executor(), host.address, host.port,
                                             self->settings_.step_wait);
    if (!dialled) {
        self->hand_out(host, not_connected(dialled.error(), since(begin)));
        self->finished();
        co_return;
    }
    const auto connection = *std::move(dialled);
    const std::string& own_name = self->settings_.hello_name;
    HostProbe probe(own_name.empty() ? own_literal(*connection) : own_name,
                    self->settings_.names_recipient);
    const ProbeResult result = co_await self->talk(*connection, probe, begin);
    self->hand_out(host, result);
    // The goodbye, which nobody waits for.
    const auto end = Clock::now() + self->settings_.step_wait;
    while (probe.wish() != HostProbe::Wish::close) {
        co_await take_step(probe, *connection, begin, end);
    }
    co_await connection->close();
    self->finished();
}

HostProber::HostProber(asio::io_context& context, Settings settings)
    : state_(std::make_shared<State>(context, std::move(settings))) {}

HostProber::~HostProber() {
    state_->forget_line();
}

void HostProber::probe(const route::IpAddress& address, std::uint16_t port, Done done) {
    state_->add(address, port, std::move(done));
}

}  // namespace turnaway::io
