#include "relay/deliver/recheck.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "io/start.h"
#include "probe/host_prober.h"
#include "relay/shard.h"

namespace turnaway::relay {
namespace {

constexpr std::chrono::milliseconds pause{500};
constexpr std::size_t hosts_at_once_max = 16;

probe::HostProber::Settings settings_of(const Config& config) {
    return {.hello_name = config.hostname().text(),
            .step_wait = config.delivery.greeting_wait,
            .at_once_max = hosts_at_once_max,
            .names_recipient = true};
}

void conclude(RelayState& relay, const verdict::HostMemory::Entry& entry,
              const check::ProbeResult& result) {
    switch (finding_of(result)) {
        case RecheckFinding::refuses:
            relay.renew_refusal(entry.at, result.last_word()->words);
            break;
        case RecheckFinding::refuses_no_more:
            relay.forget_refusal(entry.at);
            break;
        case RecheckFinding::unclear:
            break;
    }
}

asio::awaitable<void> ask_again(Shard& shard) {
    auto& relay = shard.relay();
    std::shared_ptr<const Rules> rules;
    std::optional<probe::HostProber> prober;
    asio::steady_timer timer(shard.io());
    for (;;) {
        timer.expires_after(pause);
        co_await timer.async_wait(asio::use_awaitable);
        // Hosts that still wait in the line of the old one are asked when they are due again.
        if (rules != shard.rules()) {
            rules = shard.rules();
            prober.emplace(shard.io(), settings_of(rules->config));
        }
        for (const auto& entry : relay.take_due_refusals()) {
            prober->probe(entry.at.address, entry.at.port,
                          [&relay, entry](const check::ProbeResult& result) {
                              conclude(relay, entry, result);
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
    // Another reason at MAIL or RCPT is about a sender or recipient: such a host has begun to look
    // at mail.
    const bool looks_at_mail =
        result.end == ProbeEnd::refuses && result.stage >= check::ProbeStage::mail;
    return result.end == ProbeEnd::accepts || looks_at_mail ? RecheckFinding::refuses_no_more
                                                            : RecheckFinding::unclear;
}

void ask_refusing_hosts_again(Shard& shard) {
    io::start(shard.io(), "the questions to hosts that refuse", ask_again(shard));
}

}  // namespace turnaway::relay
