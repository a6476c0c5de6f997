#include "relay/receive/probe_greetings.h"

#include <algorithm>
#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "io/connection.h"
#include "io/start.h"
#include "relay/receive/greeting_probe_table.h"
#include "relay/shard.h"
#include "verdict/greeting_probe.h"

namespace turnaway::relay {
namespace {

using Clock = std::chrono::steady_clock;
using verdict::GreetingFinding;
using verdict::GreetingProbe;

struct ProbedHost {
    std::string host;
    route::HostPort at;
    Clock::time_point end;
};

std::chrono::milliseconds left_until(Clock::time_point end) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    return std::max(left, std::chrono::milliseconds(1));
}

// What was found is known before those who wait go on.
void conclude(RelayState& relay, const ProbedHost& at, GreetingFinding finding,
              const std::string& words) {
    if (finding == GreetingFinding::refuses_521) relay.remember_refusal(at.host, at.at, words);
    relay.greeting_probes().finished(at.at, finding, Clock::now());
}

asio::awaitable<void> step(GreetingProbe& look, io::Connection& connection, Clock::time_point end) {
    if (look.action() == GreetingProbe::Action::send) {
        if (co_await connection.write(look.bytes_to_send(), left_until(end))) {
            look.sent();
        } else {
            look.closed();
        }
        co_return;
    }
    std::array<char, 1024> buffer;
    const auto got = co_await connection.read(buffer, left_until(end));
    if (got) {
        look.received({buffer.data(), *got});
    } else if (got.error() == io::Failure::timed_out) {
        look.timed_out();
    } else {
        look.closed();
    }
}

asio::awaitable<void> probe_greeting_of(Shard& shard, ProbedHost at) {
    GreetingProbe look;
    auto dialled = co_await io::Connection::dial(shard.io().get_executor(), at.at.address,
                                                 at.at.port, left_until(at.end));
    if (!dialled) {
        look.closed();
        conclude(shard.relay(), at, look.finding(), look.words());
        co_return;
    }
    const auto connection = *std::move(dialled);
    while (!look.is_decided()) co_await step(look, *connection, at.end);
    conclude(shard.relay(), at, look.finding(), look.words());
    // The goodbye, which nobody waits for.
    while (look.action() != GreetingProbe::Action::close) co_await step(look, *connection, at.end);
    co_await connection->close();
}

// Until the look is finished or the deadline has passed. False: there was no place for it.
asio::awaitable<bool> await_probe(Shard& shard, std::size_t probes_max, ProbedHost at) {
    const auto timer = std::make_shared<asio::steady_timer>(shard.io());
    timer->expires_at(at.end);
    // The table may outlive our event loop, which the timer must not.
    const auto wake = [executor = shard.io().get_executor(), weak = std::weak_ptr(timer)] {
        asio::post(executor, [weak] {
            if (const auto waiting = weak.lock()) waiting->cancel();
        });
    };
    const auto claim = shard.relay().greeting_probes().claim(at.at, probes_max, Clock::now(), wake);
    if (claim == GreetingProbeTable::Claim::known) co_return true;
    if (claim == GreetingProbeTable::Claim::full) co_return false;
    if (claim == GreetingProbeTable::Claim::begun) {
        io::start(shard.io(), "a look at a greeting", probe_greeting_of(shard, std::move(at)));
    }
    boost::system::error_code ignored;
    co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return true;
}

}  // namespace

asio::awaitable<bool> probe_greetings(Shard& shard, std::shared_ptr<const Rules> rules,
                                      RoutePtr route, std::uint16_t port) {
    const auto& config = rules->config;
    const auto end = Clock::now() + config.verdict.probe_deadline;
    bool has_asked = false;
    for (const auto& host : route->hosts) {
        for (const auto& address : host.addresses) {
            const route::HostPort place{address, port};
            if (shard.relay().is_refusing(place)) continue;
            if (Clock::now() >= end) co_return has_asked;
            ProbedHost at{
                .host = host.name ? host.name->text() : std::string(), .at = place, .end = end};
            const bool has_place =
                co_await await_probe(shard, config.verdict.probe_concurrency_max, std::move(at));
            // One that may take the mail is enough.
            if (!has_place || !shard.relay().is_refusing(place)) co_return has_asked;
            has_asked = true;
        }
    }
    co_return has_asked;
}

}  // namespace turnaway::relay
