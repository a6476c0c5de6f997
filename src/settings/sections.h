// The sections that every daemon has, each a struct with checked values.
//
// Their keys, defaults and descriptions are in section_rows.cc. The order of each enum is the order
// of the choices of its key.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mail/domain.h"
#include "settings/endpoint.h"
#include "settings/log_config.h"
#include "settings/route_config.h"
#include "verdict/policy.h"

namespace turnaway::settings {

struct ProcessConfig {
    mail::Domain hostname = mail::Domain::root();  // the root only until it is read
    std::uint32_t threads = 0;                     // 0: one for each core
    bool operator==(const ProcessConfig&) const = default;
};

struct ListenConfig {
    std::vector<Endpoint> smtp = {};
    std::uint32_t connections_max = 0;
    std::uint32_t connections_per_address_max = 0;
    std::chrono::seconds command_wait = {};
    bool strict_paths = false;
    bool operator==(const ListenConfig&) const = default;
};

struct DnsConfig {
    std::vector<Endpoint> forward = {};        // empty: the system's name servers
    std::vector<std::string> local_data = {};  // one line of a zone each
    std::string trust_anchor = {};             // a file; empty: none, and no DNSSEC validation
    std::chrono::seconds deadline = {};
    bool operator==(const DnsConfig&) const = default;
};

struct ControlConfig {
    std::string socket = {};
    std::string group = {};  // empty: the daemon's own
    bool operator==(const ControlConfig&) const = default;
};

struct MetricsConfig {
    std::optional<Endpoint> listen = {};  // unset: off
    bool operator==(const MetricsConfig&) const = default;
};

struct TlsConfig {
    std::string cert = {};  // empty: STARTTLS is not offered
    std::string key = {};
    bool operator==(const TlsConfig&) const = default;
};

struct VerdictConfig {
    bool probe_greeting = false;
    std::chrono::seconds probe_deadline = {};
    std::uint32_t probe_concurrency_max = 0;
    std::chrono::seconds memory_age = {};
    std::chrono::seconds ask_again = {};  // 0: never
    verdict::RefusingHostReply refusing_host_reply = {};
    verdict::DnsTrouble dns_trouble = {};
    verdict::NullMxSender null_mx_sender = {};
    bool null_mx_header_from = false;
    bool operator==(const VerdictConfig&) const = default;
};

struct UserConfig {
    std::string name = {};  // empty: do not switch the user
    bool operator==(const UserConfig&) const = default;
};

}  // namespace turnaway::settings
