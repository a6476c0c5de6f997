// Key: one setting as its user sees it: section and name, allowed values, default, description.
//
// A row (row.h) adds the slot of the value. A key `*` stands for every key of a section whose keys
// the user chooses, such as the domains of `[route]`. Defaults are TOML, read by the same code as
// the user's file.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace turnaway::settings {

// The notation of a value, and how its text is checked.
enum class Form : std::uint8_t {
    text,  // one line
    path,  // absolute, or empty
    flag,
    number,    // min to max
    bytes,     // a number, or text with kB, MB, GB, KiB, MiB, GiB
    duration,  // a number of seconds, or text such as 5m
    choice,    // one of Key::choices
    domain,
    domains,
    host_names,  // domains, and suffixes with a dot in front
    mailbox,     // an address, or empty
    recipients,  // absolute path, "verify", or empty
    addresses,
    networks,
    endpoint,  // address:port, or empty
    endpoints,
    listeners,  // endpoints and absolute paths of Unix sockets
    words,
    name_servers,  // address, or address@port
    zone_lines,
    routes,
};
std::string_view name(Form form);

struct Key {
    std::string_view section = {};  // empty above every section
    std::string_view key = {};
    Form form = Form::text;
    std::string standard = {};  // the default, as TOML; empty: the system's name
    // As TOML, where the default does not show the notation; for routes, whole lines.
    std::string_view example = {};
    std::string_view description = {};  // one sentence
    bool needs_restart = false;
    std::uint64_t min = 0;  // number, bytes, duration (seconds)
    std::uint64_t max = 0;
    std::vector<std::string_view> choices = {};  // in the order of the enum
    std::string_view former = {};                // its old name, which works until 1.0
    std::string_view section_description = {};   // the same for all keys of a section

    bool is_made_up() const { return key == "*"; }  // chosen by the user
    std::string kind() const;                       // "a list of domain names"
    std::string examples() const;                   // `"a.example" or "b.example"`; may be empty
    std::string allowed() const;                    // both: "a time from 1s to 5m, such as ..."
    std::string label() const;                      // "[listen] smtp", "hostname"
};

// Success, or what is wrong with the value: `must be true or false, not the number 7`.
using Stored = std::expected<void, std::string>;

// The table for programs (`--print-schema`) and for people.
std::string listing_json(std::span<const Key* const> keys);
std::string listing_text(std::span<const Key* const> keys);

}  // namespace turnaway::settings
