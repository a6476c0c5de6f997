// Config: all settings of the relay, checked and in their own types.
//
// Sections that other daemons share are in settings/; those of the relay are here. One table
// (config_schema.cc) holds all keys with their allowed values, defaults and descriptions.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "mail/address.h"
#include "mail/domain.h"
#include "queue/attempts.h"
#include "route/ip_address.h"
#include "settings/host_names.h"
#include "settings/sections.h"
#include "verdict/network.h"
#include "verdict/policy.h"

namespace turnaway::relay {

// Each enum has the order of the values in the table.
enum class Loopback : std::uint8_t { automatic, allow, refuse };
enum class PrivateHosts : std::uint8_t { deliver, refuse };
enum class DeliveryTls : std::uint8_t { opportunistic, never };
enum class NulContent : std::uint8_t { refuse, accept };
enum class OutsiderRouting : std::uint8_t { refuse, accept };

struct RelayConfig {
    std::vector<verdict::Network> networks = {};
    std::vector<mail::Domain> domains = {};
    settings::HostNames mailless = {};
    verdict::MaillessReply mailless_reply = {};
    std::vector<route::IpAddress> own_addresses = {};  // in addition to those the system reports
    std::vector<mail::Domain> own_names = {};          // in addition to the hostname
    std::optional<mail::Address> postmaster = {};      // receives mail for <postmaster>
    OutsiderRouting outsider_routing = {};
    std::string recipients = {};  // a file, "verify", or empty: any user of `domains`
    bool operator==(const RelayConfig&) const = default;
};

struct DeliveryConfig {
    std::uint16_t port = 0;
    Loopback loopback = {};
    PrivateHosts private_hosts = {};
    queue::Greeting5yz greeting_5xx = {};
    DeliveryTls tls = {};
    std::vector<mail::Domain> tls_required = {};
    std::uint32_t concurrency = 0;  // connections to one domain
    std::uint32_t connections_max = 0;
    std::chrono::seconds connect_wait = {};
    std::chrono::seconds greeting_wait = {};
    std::chrono::seconds command_wait = {};  // EHLO, STARTTLS, MAIL and RCPT
    std::chrono::seconds data_wait = {};
    std::chrono::seconds block_wait = {};
    std::chrono::seconds final_dot_wait = {};
    // With port 25 a loopback address would be this relay itself.
    bool is_loopback_allowed() const {
        return loopback == Loopback::allow || (loopback == Loopback::automatic && port != 25);
    }
    bool operator==(const DeliveryConfig&) const = default;
};

struct SpoolConfig {
    std::string path = {};  // a folder, or the address of a database
    std::string node = {};  // in a database; empty: the name of the system
    std::uint64_t free_bytes_min = 0;
    bool operator==(const SpoolConfig&) const = default;
};

// What is wrong with its path; empty: nothing.
std::string fault_of(const SpoolConfig& spool);

// The socket of turnaway queue unless `[control] socket` is set.
inline constexpr const char* standard_control_socket = "/run/turnaway/relay.sock";

struct LifetimeConfig {
    std::chrono::seconds temporary = {};
    std::chrono::seconds implicit_unreachable = {};
    std::chrono::seconds dns = {};
    std::chrono::seconds bounce = {};
    std::chrono::seconds delay_notice = {};  // 0: none
    std::chrono::seconds retry_first = {};
    std::chrono::seconds retry_max = {};
    bool operator==(const LifetimeConfig&) const = default;
};

struct MessageConfig {
    std::uint64_t size_max = 0;  // octets
    std::uint32_t recipients_max = 0;
    NulContent nul = {};
    bool operator==(const MessageConfig&) const = default;
};

struct ReportConfig {
    std::optional<mail::Address> from = {};  // empty: postmaster at the hostname
    bool operator==(const ReportConfig&) const = default;
};

struct Config {
    settings::ProcessConfig process = {};  // keys before the first section
    settings::ListenConfig listen = {};
    RelayConfig relay = {};
    settings::RouteConfig route = {};
    settings::DnsConfig dns = {};
    DeliveryConfig delivery = {};
    SpoolConfig spool = {};
    settings::ControlConfig control = {};
    settings::MetricsConfig metrics = {};
    settings::TlsConfig tls = {};
    LifetimeConfig lifetime = {};
    settings::VerdictConfig verdict = {};
    MessageConfig message = {};
    ReportConfig report = {};
    settings::LogConfig log = {};
    settings::UserConfig user = {};
    // Not a setting: `file:line: [section] old is now called new; ...`, about the file that was
    // read.
    std::vector<std::string> warnings = {};

    const mail::Domain& hostname() const { return process.hostname; }
    // The From address of reports to senders.
    mail::Address report_from() const;
    bool operator==(const Config&) const = default;
};

// All errors, in the order of the lines: `file:line: [section] key: what is wrong`.
[[nodiscard]] std::expected<Config, std::vector<std::string>> parse_config(std::string_view text,
                                                                           std::string_view file);
// `-` is standard input. The errors are one message of several lines, Fault::config.
[[nodiscard]] base::Result<Config> read_config(const std::string& path);

// The settings that differ and cannot change while running: `[listen] smtp`.
std::vector<std::string> restart_keys(const Config& old_config, const Config& new_config);
// The configuration after a reload: the new one with the old values of those keys.
[[nodiscard]] Config keep_restart_values(const Config& old_config, const Config& new_config);

}  // namespace turnaway::relay
