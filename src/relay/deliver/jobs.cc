#include "relay/deliver/jobs.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace turnaway::relay {

void append_jobs(const queue::Message& message, std::vector<PendingJob>* jobs) {
    if (message.is_held) return;
    std::map<std::string_view, std::chrono::sys_seconds> due_of;
    for (std::size_t i = 0; i < message.states.size(); ++i) {
        const auto& state = message.states[i];
        if (state.progress != queue::Progress::waiting) continue;
        const std::string_view destination = message.envelope.recipients[i].address.host_text();
        const auto [at, is_new] = due_of.try_emplace(destination, state.due);
        if (!is_new) at->second = std::min(at->second, state.due);
    }
    for (const auto& [destination, due] : due_of) {
        jobs->push_back({.id = message.id, .destination = std::string(destination), .due = due});
    }
}

}  // namespace turnaway::relay
