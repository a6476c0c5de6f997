// Decision log: one line for each decision, as text and as JSON, and the other events of the gate's
// own.
//
// A decision with an action is logged at the level info; one that is passed because the domain is
// healthy, excepted or not read, at debug. The text has the format of Postfix:
// `turnaway-gate/policy[PID]: NOQUEUE: reject: null_mx: 556 5.1.10 ...; from=<> to=<> client=[]`.
#pragma once

#include <chrono>
#include <string>

#include "daemon/log.h"
#include "gate/protocol/protocol.h"
#include "gate/protocol/question.h"
#include "gate/ruling.h"
#include "verdict/host_memory.h"

namespace turnaway::gate {

struct Decided {
    Protocol protocol;
    const Question& question;
    const Ruling& ruling;
    std::chrono::milliseconds took = {};
};

daemon::LogLevel level_of(const Decided& event);
// One whole line.
std::string log_line(const Decided& event, const daemon::LogStyle& style, daemon::LogTime now);

void log_decided(daemon::Log& log, const Decided& event);
void log_host_refuses(daemon::Log& log, const verdict::HostMemory::Entry& host);
void log_host_forgotten(daemon::Log& log, const route::HostPort& at);

}  // namespace turnaway::gate
