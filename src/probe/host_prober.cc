#include "probe/host_prober.h"

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
#include "io/session_step.h"
#include "io/start.h"
#include "io/tls.h"
#include "probe/peer_certificate.h"

namespace turnaway::probe {
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
    ProbeResult result{.end = io::has_no_way(error) ? ProbeEnd::no_way : ProbeEnd::not_reached};
    result.problem =
        error == asio::error::timed_out ? "no answer to the connection in time" : error.message();
    result.ended_after = after;
    return result;
}

std::string own_literal(const io::Connection& connection) {
    const auto local = connection.local();
    if (!local) return "[127.0.0.1]";
    const auto address = io::ip_address(local->address());
    return (address.is_ipv4() ? "[" : "[IPv6:") + address.text() + ']';
}

// The means to start TLS, if TLS is probed.
struct Tls {
    io::TlsClient* client = nullptr;
    std::string host = {};
};

// A probe records when things happened.
struct TimedProbe {
    HostProbe& probe;
    Clock::time_point begin;

    void sent() { probe.sent(); }
    void received(std::string_view bytes) { probe.received(bytes, since(begin)); }
    void timed_out() { probe.timed_out(since(begin)); }
    void closed() { probe.closed(since(begin)); }
};

// One read, write or handshake, within the time left for the step.
asio::awaitable<void> take_step(HostProbe& probe, io::Connection& connection,
                                Clock::time_point begin, Clock::time_point end, Tls tls) {
    const auto left =
        std::max(std::chrono::duration_cast<milliseconds>(end - Clock::now()), milliseconds(1));
    if (probe.action() == HostProbe::Action::start_tls) {
        if (tls.client == nullptr) {
            probe.tls_failed("the certificate authorities of this system cannot be read",
                             since(begin));
        } else if (co_await connection.start_tls(*tls.client, tls.host, left)) {
            probe.tls_up(tls_of(connection.tls_handle()));
        } else {
            probe.tls_failed(std::string(connection.tls_problem()), since(begin));
        }
        co_return;
    }
    TimedProbe timed{probe, begin};
    if (probe.action() == HostProbe::Action::send) {
        co_return co_await io::send_for(timed, connection, probe.bytes_to_send(), left);
    }
    std::array<char, 4096> buffer;
    co_await io::read_for(timed, connection, buffer, left);
}

}  // namespace

class HostProber::State : public std::enable_shared_from_this<State> {
  public:
    State(asio::io_context& context, Settings settings)
        : context_(context), settings_(std::move(settings)) {}

    void add(const route::IpAddress& address, std::uint16_t port,
             std::optional<std::string> tls_host, Done done) {
        const Host host{address, port, std::move(tls_host)};
        auto& waiting = waiting_[host];
        waiting.push_back(std::move(done));
        if (waiting.size() > 1) return;
        pending_.push_back(host);
        start_some();
    }
    void forget_pending() { pending_.clear(); }

  private:
    struct Host {
        route::IpAddress address;
        std::uint16_t port;
        std::optional<std::string> tls_host;
        auto operator<=>(const Host&) const = default;
    };

    void start_some();
    static asio::awaitable<void> run(std::shared_ptr<State> self, Host host);
    asio::awaitable<ProbeResult> talk(io::Connection& connection, HostProbe& probe,
                                      Clock::time_point begin, const Tls& tls);
    HostProbe::Further further(const Host& host) const;
    Tls tls_for(const Host& host);
    void hand_out(const Host& host, const ProbeResult& result);
    void finished();

    asio::io_context& context_;
    Settings settings_;
    std::optional<base::Result<io::TlsClient>> tls_;  // made when first needed
    std::deque<Host> pending_;
    std::size_t open_count_ = 0;
    std::map<Host, std::vector<Done>> waiting_;  // until the host has answered
};

void HostProber::State::start_some() {
    for (; !pending_.empty() && open_count_ < settings_.at_once_max; ++open_count_) {
        io::start(context_, "a session with a host", run(shared_from_this(), pending_.front()));
        pending_.pop_front();
    }
}

void HostProber::State::hand_out(const Host& host, const ProbeResult& result) {
    // A `done` may probe the same host again, which starts a new session.
    const auto waiting = std::move(waiting_.extract(host).mapped());
    for (const Done& done : waiting) done(result);
}

void HostProber::State::finished() {
    --open_count_;
    start_some();
}

HostProbe::Further HostProber::State::further(const Host& host) const {
    if (settings_.names_recipient) return HostProbe::Further::recipient;
    return host.tls_host ? HostProbe::Further::tls : HostProbe::Further::nothing;
}

Tls HostProber::State::tls_for(const Host& host) {
    if (!host.tls_host) return {};
    if (!tls_) tls_ = io::TlsClient::inspecting();
    return {.client = *tls_ ? &**tls_ : nullptr, .host = *host.tls_host};
}

// Until it is decided: each reply gets the time of one step, and so does all of TLS together.
asio::awaitable<ProbeResult> HostProber::State::talk(io::Connection& connection, HostProbe& probe,
                                                     Clock::time_point begin, const Tls& tls) {
    const auto connected_after = since(begin);
    auto end = Clock::now() + settings_.step_wait;
    bool was_about_tls = false;
    while (!probe.is_decided()) {
        const bool is_new_step = probe.action() == HostProbe::Action::send && !was_about_tls;
        if (is_new_step) end = Clock::now() + settings_.step_wait;
        was_about_tls = probe.is_about_tls();
        co_await take_step(probe, connection, begin, end, tls);
    }
    ProbeResult result = probe.result();
    result.connected_after = connected_after;
    co_return result;
}

asio::awaitable<void> HostProber::State::run(std::shared_ptr<State> self, Host host) {
    const auto begin = Clock::now();
    auto dialled = co_await io::Connection::dial(self->context_.get_executor(), host.address,
                                                 host.port, self->settings_.step_wait);
    if (!dialled) {
        self->hand_out(host, not_connected(dialled.error(), since(begin)));
        self->finished();
        co_return;
    }
    const auto connection = *std::move(dialled);
    const std::string& own_name = self->settings_.hello_name;
    HostProbe probe(own_name.empty() ? own_literal(*connection) : own_name, self->further(host));
    const Tls tls = self->tls_for(host);
    const ProbeResult result = co_await self->talk(*connection, probe, begin, tls);
    self->hand_out(host, result);
    // QUIT; the result does not wait for its reply.
    const auto end = Clock::now() + self->settings_.step_wait;
    while (probe.action() != HostProbe::Action::close) {
        co_await take_step(probe, *connection, begin, end, {});
    }
    co_await connection->close();
    self->finished();
}

HostProber::HostProber(asio::io_context& context, Settings settings)
    : state_(std::make_shared<State>(context, std::move(settings))) {}

HostProber::~HostProber() {
    state_->forget_pending();
}

void HostProber::probe(const route::IpAddress& address, std::uint16_t port, Done done,
                       std::optional<std::string> tls_host) {
    state_->add(address, port, std::move(tls_host), std::move(done));
}

}  // namespace turnaway::probe
