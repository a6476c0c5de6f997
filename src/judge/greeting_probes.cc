#include "judge/greeting_probes.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "io/connection.h"
#include "io/session_step.h"
#include "io/start.h"
#include "verdict/greeting_probe.h"

namespace turnaway::judge {
namespace {

using Clock = std::chrono::steady_clock;
using verdict::GreetingFinding;
using verdict::GreetingProbe;

std::chrono::milliseconds left_until(Clock::time_point end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    return std::max(left, std::chrono::milliseconds(1));
}

asio::awaitable<void> step(GreetingProbe& probe, io::Connection& connection,
                           Clock::time_point end) {
    if (probe.action() == GreetingProbe::Action::send) {
        co_return co_await io::send_for(probe, connection, probe.bytes_to_send(), left_until(end));
    }
    std::array<char, 1024> buffer;
    co_await io::read_for(probe, connection, buffer, left_until(end));
}

}  // namespace

struct GreetingProbes::Host {
    std::string name;
    route::HostPort at;
    Clock::time_point end;
};

// The result is recorded before waiting sessions go on.
void GreetingProbes::conclude(const Host& host, GreetingFinding finding, const std::string& words) {
    if (finding == GreetingFinding::refuses_521) hosts_.remember(host.name, host.at, words);
    table_.finished(host.at, finding, Clock::now());
}

asio::awaitable<void> GreetingProbes::probe(Host host) {
    GreetingProbe session;
    auto dialled = co_await io::Connection::dial(loop_.get_executor(), host.at.address,
                                                 host.at.port, left_until(host.end));
    if (!dialled) {
        session.closed();
        conclude(host, session.finding(), session.words());
        co_return;
    }
    const auto connection = *std::move(dialled);
    while (!session.is_decided()) co_await step(session, *connection, host.end);
    conclude(host, session.finding(), session.words());
    // QUIT; no session waits for its reply.
    while (session.action() != GreetingProbe::Action::close) {
        co_await step(session, *connection, host.end);
    }
    co_await connection->close();
}

// Waits until the probe is finished or the deadline has passed. False: too many were under way.
asio::awaitable<bool> GreetingProbes::await_probe(std::size_t at_once_max, Host host) {
    const auto timer = std::make_shared<asio::steady_timer>(loop_);
    timer->expires_at(host.end);
    // The table may outlive this event loop; the timer must not.
    const auto wake = [executor = loop_.get_executor(), weak = std::weak_ptr(timer)] {
        asio::post(executor, [weak] {
            if (const auto waiting = weak.lock()) waiting->cancel();
        });
    };
    const auto claim = table_.claim(host.at, at_once_max, Clock::now(), wake);
    if (claim == GreetingProbeTable::Claim::known) co_return true;
    if (claim == GreetingProbeTable::Claim::full) co_return false;
    if (claim == GreetingProbeTable::Claim::begun) {
        io::start(loop_, "a probe of a greeting", probe(std::move(host)));
    }
    boost::system::error_code ignored;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return true;
}

asio::awaitable<bool> GreetingProbes::read_greetings(ProbeRules rules, RoutePtr route,
                                                     std::uint16_t port) {
    const auto end = Clock::now() + rules.deadline;
    bool has_asked = false;
    for (const auto& host : route->hosts) {
        for (const auto& address : host.addresses) {
            const route::HostPort at{address, port};
            if (hosts_.is_refusing(at)) continue;
            if (Clock::now() >= end) co_return has_asked;
            Host probed{
                .name = host.name ? host.name->text() : std::string(), .at = at, .end = end};
            const bool has_room = co_await await_probe(rules.at_once_max, std::move(probed));
            // One host that may accept the mail is enough.
            if (!has_room || !hosts_.is_refusing(at)) co_return has_asked;
            has_asked = true;
        }
    }
    co_return has_asked;
}

}  // namespace turnaway::judge
