// The table of the settings: one row a key. The parser, the defaults, the listing, the man page's
// check and `--print-schema` all read it; nothing else knows what a key may hold.
//
// `[route]` is the one section whose keys the user invents; its row has the key `*`. Defaults are
// TOML, read by the same code as the user's file.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "relay/config/config.h"

namespace turnaway::relay {

// How a value is written, and how its text is checked.
enum class Form : std::uint8_t {
    text,  // one line
    path,  // absolute, or empty
    flag,
    number,    // least to most
    bytes,     // a number, or text with kB, MB, GB, KiB, MiB, GiB
    duration,  // a number of seconds, or text such as 5m
    choice,    // one of Row::choices
    domain,
    domains,
    host_names,  // domains, and suffixes with a dot in front
    mailbox,     // an address, or empty
    recipients,  // absolute path, "verify", or empty
    addresses,
    networks,
    endpoint,  // address:port, or empty
    endpoints,
    name_servers,  // address, or address@port
    zone_lines,
    routes,
};
std::string_view name(Form form);

// Where the value is kept.
template <class Value>
using Access = Value& (*)(Config&);
using FieldAccessor = std::variant<
    Access<std::string>, Access<bool>, Access<std::uint16_t>, Access<std::uint32_t>,
    Access<std::uint64_t>, Access<std::chrono::seconds>, Access<mail::Domain>,
    Access<std::vector<mail::Domain>>, Access<HostNames>, Access<std::vector<std::string>>,
    Access<std::vector<Endpoint>>, Access<std::optional<Endpoint>>,
    Access<std::vector<route::IpAddress>>, Access<std::optional<mail::Address>>, Access<NulContent>,
    Access<OutsiderRouting>, Access<RouteConfig>, Access<MaillessReply>, Access<RefusingHostReply>,
    Access<Loopback>, Access<PrivateHosts>, Access<RefusedGreeting>, Access<DeliveryTls>,
    Access<DnsTrouble>, Access<NullMxSender>, Access<LogForm>, Access<LogLevel>>;

struct Row {
    std::string_view section;  // empty above every section
    std::string_view key;
    Form form;
    std::string standard;          // the default, as TOML; empty: the system's name
    std::string_view description;  // one sentence
    FieldAccessor place;
    bool needs_restart = false;
    std::uint64_t least = 0;  // number, bytes, duration (seconds)
    std::uint64_t most = 0;
    std::vector<std::string_view> choices = {};

    std::string allowed() const;  // "a number from 1 to 65535"
    std::string label() const;    // "[listen] smtp", "hostname"
};

const std::vector<Row>& schema();
const Row* find_row(std::string_view section, std::string_view key);

// The table for programs (`--print-schema`) and for people.
std::string schema_json();
std::string schema_listing();

}  // namespace turnaway::relay
