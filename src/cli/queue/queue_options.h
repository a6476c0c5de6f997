// Queue options: the command line of `turnaway queue`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "relay/config/config.h"

namespace turnaway::cli {

inline constexpr const char* standard_config = "/etc/turnaway-relay.conf";

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
    std::string host;        // for forget
    std::string node;        // of the relays that share the queue; empty: all of them
    bool is_undone = false;  // for drain
    std::string from, to;    // for move: a folder and an address
    std::string spool;       // for recover; empty: that of the configuration

    bool has_filter() const {
        for (const auto* each : {&sender, &recipient, &domain, &state, &older, &newer}) {
            if (!each->empty()) return true;
        }
        return false;
    }
};

// Options that the relay would refuse too, reported in terms of the command line.
[[nodiscard]] base::Result<void> check_options(const QueueOptions& options);

// `recover`: works on the files of a stopped relay; same exit statuses.
int run_recover(const QueueOptions& options);

// `move`: likewise.
int run_move(const QueueOptions& options);

// Runs it; returns an exit status after reporting errors on standard error.
int run_queue(const QueueOptions& options);

}  // namespace turnaway::cli
