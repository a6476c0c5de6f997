#include "gate/gate_state.h"

#include <chrono>

#include "gate/log/decision_log.h"

namespace turnaway::gate {

GateState::GateState(std::shared_ptr<const Rules> rules, daemon::Log& log)
    : rules_(rules), log_(log), host_log_(log), hosts_(rules->judging->memory, host_log_) {}

void GateState::change_rules(const std::shared_ptr<const Rules>& rules) {
    rules_.store(rules);
    hosts_.change(rules->judging->memory);
    log_.set_level(rules->config.log.level);
}

void GateState::turned_away(Protocol protocol) {
    counters_.service.add(Counter::connections_refused);
    const auto number = clients_.turned_away(std::chrono::steady_clock::now());
    if (!number) return;
    const std::string words = std::to_string(*number) +
                              " connections were closed, the last one to " +
                              std::string(name(protocol)) + ": [listen] connections_max is reached";
    log_.write(daemon::Trouble{.words = words});
}

void GateState::broke_protocol(Protocol protocol, std::string_view fault) {
    counters_.service.add(Counter::faults);
    const std::string words =
        std::string(name(protocol)) + ": connection closed: " + std::string(fault);
    log_.write(daemon::Trouble{.words = words});
}

void GateState::HostLog::log_refuses(const verdict::HostMemory::Entry& host) {
    log_host_refuses(log_, host);
}

void GateState::HostLog::log_forgotten(const route::HostPort& at) {
    log_host_forgotten(log_, at);
}

}  // namespace turnaway::gate
