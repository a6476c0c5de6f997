// Config: everything a user may set for the relay, checked and in its own types.
//
// Read from TOML. Which keys there are, what they may hold, their defaults and what the man page
// says of them is one table (config_schema.cc); a value outside it, or a key it does not name, is
// an error with file and line, and all errors are told at once. Only a text that is no TOML ends at
// its first fault. Networks stay text that has been checked. Bounds: config_bytes_max and
// config_line_bytes_max, since a key of very many parts would nest as deep.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.h"
#include "mail/address.h"
#include "mail/domain.h"
#include "route/ip_address.h"

namespace turnaway::relay {

inline constexpr std::size_t config_bytes_max = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t config_line_bytes_max = std::size_t{16} * 1024;

// A numeric address with its port: where we listen, or whom we ask.
struct Endpoint {
    route::IpAddress address;
    std::uint16_t port = 0;
    std::string text() const;  // `192.0.2.1:25`, `[2001:db8::1]:25`
    bool operator==(const Endpoint&) const = default;
};

// A host by name or address, with its port: where a static route leads.
struct RouteTarget {
    std::variant<mail::Domain, route::IpAddress> host;
    std::uint16_t port = 0;
    std::string text() const;
    bool operator==(const RouteTarget&) const = default;
};

// The order of each enum is the order of the words in the table.
enum class RefusingHostReply : std::uint8_t { by_evidence, code_550, code_556 };
enum class MaillessReply : std::uint8_t { domain_takes_no_mail, host_takes_no_mail };  // 556, 521
enum class Loopback : std::uint8_t { automatic, allow, refuse };
enum class PrivateHosts : std::uint8_t { deliver, refuse };
enum class RefusedGreeting : std::uint8_t { bounce, defer };
enum class DeliveryTls : std::uint8_t { opportunistic, never };
enum class DnsTrouble : std::uint8_t { accept, defer };
enum class NullMxSender : std::uint8_t { outsiders, refuse, accept };  // refused: outsiders, all
enum class NulContent : std::uint8_t { refuse, accept };
enum class OutsiderRouting : std::uint8_t { refuse, accept };
enum class LogForm : std::uint8_t { text, json };
enum class LogLevel : std::uint8_t { warning, info, debug };

struct ListenConfig {
    std::vector<Endpoint> smtp = {};
    std::uint32_t connections_max = 0;
    std::uint32_t connections_per_address_max = 0;
    std::chrono::seconds command_wait = {};
    bool strict_paths = false;
    bool operator==(const ListenConfig&) const = default;
};

// Hosts by name, and by a suffix: `.servers.example` is every name below servers.example.
struct HostNames {
    std::vector<mail::Domain> names = {};
    std::vector<mail::Domain> suffixes = {};  // without their dot
    bool operator==(const HostNames&) const = default;
};

struct RelayConfig {
    std::vector<std::string> networks = {};  // `192.0.2.0/24`; a bare address is one host
    std::vector<mail::Domain> domains = {};
    HostNames mailless = {};
    MaillessReply mailless_reply = {};
    std::vector<route::IpAddress> own_addresses = {};  // beside those the system tells
    std::vector<mail::Domain> own_names = {};          // beside the hostname
    std::optional<mail::Address> postmaster = {};      // gets the mail for <postmaster>
    OutsiderRouting outsider_routing = {};
    std::string recipients = {};  // a file, "verify", or empty: any user of `domains`
    bool operator==(const RelayConfig&) const = default;
};

struct RouteConfig {
    std::map<mail::Domain, RouteTarget> by_domain = {};
    std::optional<RouteTarget> smarthost = {};  // `*`: for every domain not named
    bool operator==(const RouteConfig&) const = default;
};

struct DnsConfig {
    std::vector<Endpoint> forward = {};        // empty: the system's name servers
    std::vector<std::string> local_data = {};  // one line of a zone each
    std::string trust_anchor = {};             // a file; empty: none, nothing is validated
    std::chrono::seconds deadline = {};
    bool operator==(const DnsConfig&) const = default;
};

struct DeliveryConfig {
    std::uint16_t port = 0;
    Loopback loopback = {};
    PrivateHosts private_hosts = {};
    RefusedGreeting greeting_5xx = {};
    DeliveryTls tls = {};
    std::vector<mail::Domain> tls_required = {};
    std::uint32_t concurrency = 0;  // connections for one domain
    std::uint32_t connections_max = 0;
    std::chrono::seconds connect_wait = {};
    std::chrono::seconds greeting_wait = {};
    std::chrono::seconds command_wait = {};  // EHLO, STARTTLS, MAIL and RCPT
    std::chrono::seconds data_wait = {};
    std::chrono::seconds block_wait = {};
    std::chrono::seconds final_dot_wait = {};
    // With port 25 a loopback address would be ourselves.
    bool is_loopback_allowed() const {
        return loopback == Loopback::allow || (loopback == Loopback::automatic && port != 25);
    }
    bool operator==(const DeliveryConfig&) const = default;
};

struct SpoolConfig {
    std::string path = {};
    std::uint64_t free_bytes_min = 0;
    bool operator==(const SpoolConfig&) const = default;
};

// Where the socket of turnaway queue is unless `[control] socket` says otherwise.
inline constexpr const char* standard_control_socket = "/run/turnaway/relay.sock";

struct ControlConfig {
    std::string socket = {};
    std::string group = {};  // empty: our own
    bool operator==(const ControlConfig&) const = default;
};

struct MetricsConfig {
    std::optional<Endpoint> listen = {};  // nothing: off
    bool operator==(const MetricsConfig&) const = default;
};

struct TlsConfig {
    std::string cert = {};  // empty: STARTTLS is not offered
    std::string key = {};
    bool operator==(const TlsConfig&) const = default;
};

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

struct VerdictConfig {
    bool probe_greeting = false;
    std::chrono::seconds probe_deadline = {};
    std::uint32_t probe_concurrency_max = 0;
    std::chrono::seconds memory_age = {};
    std::chrono::seconds ask_again = {};  // 0: never
    RefusingHostReply refusing_host_reply = {};
    DnsTrouble dns_trouble = {};
    NullMxSender null_mx_sender = {};
    bool null_mx_header_from = false;
    bool operator==(const VerdictConfig&) const = default;
};

struct MessageConfig {
    std::uint64_t size_max = 0;  // octets
    std::uint32_t recipients_max = 0;
    NulContent nul = {};
    bool operator==(const MessageConfig&) const = default;
};

struct ReportConfig {
    std::optional<mail::Address> from = {};  // nothing: postmaster at the hostname
    bool operator==(const ReportConfig&) const = default;
};

struct LogConfig {
    LogForm format = {};
    LogLevel level = {};
    bool operator==(const LogConfig&) const = default;
};

struct UserConfig {
    std::string name = {};  // empty: stay who we are
    bool operator==(const UserConfig&) const = default;
};

struct ProcessConfig {
    mail::Domain hostname = mail::Domain::root();  // the root only before it was read
    std::uint32_t threads = 0;                     // 0: one for each core
    bool operator==(const ProcessConfig&) const = default;
};

struct Config {
    ProcessConfig process = {};  // the keys above every section
    ListenConfig listen = {};
    RelayConfig relay = {};
    RouteConfig route = {};
    DnsConfig dns = {};
    DeliveryConfig delivery = {};
    SpoolConfig spool = {};
    ControlConfig control = {};
    MetricsConfig metrics = {};
    TlsConfig tls = {};
    LifetimeConfig lifetime = {};
    VerdictConfig verdict = {};
    MessageConfig message = {};
    ReportConfig report = {};
    LogConfig log = {};
    UserConfig user = {};

    const mail::Domain& hostname() const { return process.hostname; }
    // From whom reports to senders come.
    mail::Address report_from() const;
    bool operator==(const Config&) const = default;
};

// Every fault, in the order of the lines: `file:line: [section] key: what is wrong; allowed: ...`.
std::expected<Config, std::vector<std::string>> parse_config(std::string_view text,
                                                             std::string_view file);
// `-` is standard input. The faults are one message of several lines, Fault::config.
base::Result<Config> read_config(const std::string& path);

// What differs between the two and cannot change while running: `[listen] smtp`.
std::vector<std::string> restart_keys(const Config& old_config, const Config& new_config);
// What a reload makes of them: the new one with the old values of those keys.
Config keep_restart_values(const Config& old_config, Config new_config);

}  // namespace turnaway::relay
