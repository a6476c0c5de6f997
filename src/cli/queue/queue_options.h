// Queue options: what was asked of `turnaway queue` on its command line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "relay/config/config.h"

namespace turnaway::cli {

struct QueueOptions {
    std::string command;  // "list"
    std::string socket = relay::standard_control_socket;
    std::string config;  // its [control] socket instead
    std::string colour = "auto";
    bool json = false;

    std::vector<std::string> ids;
    std::string sender, recipient, domain, state, older, newer;  // empty: not asked for
    std::optional<std::uint64_t> limit;
    bool is_all = false;
    bool is_sure = false;
    std::string host;   // to forget
    std::string spool;  // to recover; empty: that of the configuration

    bool has_filter() const {
        for (const auto* each : {&sender, &recipient, &domain, &state, &older, &newer}) {
            if (!each->empty()) return true;
        }
        return false;
    }
};

// `recover`: works on the files of a stopped relay; the same exit codes.
int run_recover(const QueueOptions& options);

// Does it; returns an exit code after saying on standard error what went wrong.
int run_queue(const QueueOptions& options);

}  // namespace turnaway::cli
