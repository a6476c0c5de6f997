#include "judge/recheck.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <optional>
#include <utility>

#include "io/start.h"
#include "probe/host_prober.h"

namespace turnaway::judge {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds pause{500};
constexpr std::size_t hosts_at_once_max = 16;

using RulesPtr = std::shared_ptr<const Rules>;

probe::HostProber::Settings settings_of(const Rules& rules) {
    return {.hello_name = rules.hello_name,
            .step_wait = rules.recheck_step_wait,
            .at_once_max = hosts_at_once_max,
            .names_recipient = true};
}

void conclude(RefusingHosts& hosts, const RefusingHosts::Entry& entry,
              const check::ProbeResult& result) {
    switch (finding_of(result)) {
        case RecheckFinding::refuses:
            hosts.renew(entry.at, result.last_word()->words);
            break;
        case RecheckFinding::refuses_no_more:
            hosts.forget(entry.at);
            break;
        case RecheckFinding::unclear:
            break;
    }
}

asio::awaitable<void> recheck(asio::io_context& loop, RefusingHosts& hosts,
                              std::function<RulesPtr()> rules_of_now) {
    RulesPtr rules;
    std::optional<probe::HostProber> prober;
    asio::steady_timer timer(loop);
    for (;;) {
        timer.expires_after(pause);
        co_await timer.async_wait(asio::use_awaitable);
        // Hosts that the old prober has not tried yet are tried when they are due again.
        if (auto now = rules_of_now(); rules != now) {
            rules = std::move(now);
            prober.emplace(loop, settings_of(*rules));
        }
        for (const auto& entry : hosts.take_due()) {
            prober->probe(entry.at.address, entry.at.port,
                          [&hosts, entry](const check::ProbeResult& result) {
                              conclude(hosts, entry, result);
                          });
        }
    }
}

}  // namespace

RecheckFinding finding_of(const check::ProbeResult& result) {
    using check::ProbeEnd;
    if (result.end == ProbeEnd::refuses_521) {
        const bool is_host = result.scope == codes::RefusalScope::host;
        return is_host ? RecheckFinding::refuses : RecheckFinding::unclear;
    }
    // Any other refusal at MAIL or RCPT is about a sender or recipient: the host has begun to
    // examine mail.
    const bool looks_at_mail =
        result.end == ProbeEnd::refuses && result.stage >= codes::Stage::mail;
    return result.end == ProbeEnd::accepts || looks_at_mail ? RecheckFinding::refuses_no_more
                                                            : RecheckFinding::unclear;
}

void recheck_refusing_hosts(asio::io_context& loop, RefusingHosts& hosts,
                            std::function<RulesPtr()> rules) {
    io::start(loop, "the rechecks of hosts that refuse", recheck(loop, hosts, std::move(rules)));
}

}  // namespace turnaway::judge
