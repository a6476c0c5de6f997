// Queue options: the command line of `turnaway queue`.
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
    std::string config;  // read [control] socket from it instead
    std::string colour = "auto";
    bool json = false;

    std::vector<std::string> ids;
    std::string sender, recipient, domain, state, older, newer;  // empty: any
    std::optional<std::uint64_t> limit;
    bool is_all = false;
    bool is_sure = false;
    std::string host;   // for forget
    std::string spool;  // for recover; empty: that of the configuration

    bool has_filter() const {
        for (const auto* each : {&sender, &recipient, &domain, &state, &older, &newer}) {
            if (!each->empty()) return true;
        }
        return false;
    }
};

// `recover`: works on the files of a stopped relay; same exit statuses.
int run_recover(const QueueOptions& options);

// Runs it; returns an exit status after reporting errors on standard error.
int run_queue(const QueueOptions& options);

}  // namespace turnaway::cli
