// The configuration of a small daemon that is not the relay: shared sections, some of their keys
// left out or with another default, a section of its own, and one whose keys the user makes up.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "settings/schema.h"
#include "settings/section_rows.h"
#include "settings/sections.h"

namespace turnaway::settings {

enum class Mode : std::uint8_t { observe, enforce };

struct SmallListen {
    std::vector<Endpoint> policy = {};
    bool operator==(const SmallListen&) const = default;
};

struct GateConfig {
    Mode mode = {};
    std::uint32_t requests_max = 0;
    std::chrono::seconds answer_wait = {};
    std::vector<verdict::Network> trusted = {};
    bool operator==(const GateConfig&) const = default;
};

// [users]: a name and a role for each.
struct UsersConfig {
    std::map<std::string, std::string> roles = {};

    Stored store(const Key& /*key*/, std::string_view name, std::string_view role) {
        if (role.empty()) return std::unexpected("must not be empty");
        roles[std::string(name)] = role;
        return {};
    }
    bool operator==(const UsersConfig&) const = default;
};

struct SmallConfig {
    ProcessConfig process = {};
    SmallListen listen = {};
    DnsConfig dns = {};
    ControlConfig control = {};
    TlsConfig tls = {};
    VerdictConfig verdict = {};
    GateConfig gate = {};
    UsersConfig users = {};
    std::vector<std::string> warnings = {};
    bool operator==(const SmallConfig&) const = default;
};

inline Rows<SmallConfig> small_rows() {
    Rows<SmallConfig> rows;
    add_section(rows, &SmallConfig::process, process_rows());
    add_section(rows, &SmallConfig::listen,
                {row({.section = "listen",
                      .key = "policy",
                      .form = Form::endpoints,
                      .standard = R"(["127.0.0.1:10040"])",
                      .description = "Where Postfix connects.",
                      .needs_restart = true},
                     &SmallListen::policy)});
    auto dns = dns_rows();
    std::erase_if(dns, [](const Key& key) { return key.key == "local_data"; });
    for (Key& key : dns) {
        if (key.key == "deadline") key.standard = R"("4s")";
    }
    add_section(rows, &SmallConfig::dns, std::move(dns));
    add_section(rows, &SmallConfig::control, control_rows("/run/turnaway/small.sock"));
    add_section(rows, &SmallConfig::tls, tls_rows());
    add_section(rows, &SmallConfig::verdict, verdict_rows());
    add_section(rows, &SmallConfig::gate,
                {row({.section = "gate",
                      .key = "mode",
                      .form = Form::choice,
                      .standard = R"("observe")",
                      .description = "Whether answers are given or only logged.",
                      .choices = {"observe", "enforce"}},
                     &GateConfig::mode),
                 row({.section = "gate",
                      .key = "requests_max",
                      .form = Form::number,
                      .standard = "100",
                      .description = "The most requests at once.",
                      .min = 1,
                      .max = 1000,
                      .former = "requests_most"},
                     &GateConfig::requests_max),
                 row({.section = "gate",
                      .key = "answer_wait",
                      .form = Form::duration,
                      .standard = R"("5s")",
                      .description = "How long an answer may take.",
                      .min = 1,
                      .max = 60},
                     &GateConfig::answer_wait),
                 row({.section = "gate",
                      .key = "trusted",
                      .form = Form::networks,
                      .standard = "[]",
                      .description = "Clients that are never refused."},
                     &GateConfig::trusted)});
    add_section(rows, &SmallConfig::users,
                {made_up_row<UsersConfig>({.section = "users",
                                           .key = "*",
                                           .form = Form::text,
                                           .standard = "{}",
                                           .description = "The role of each user.",
                                           .needs_restart = true})});
    return rows;
}

inline std::vector<Conflict> small_conflicts(const SmallConfig& config) {
    auto conflicts = conflicts_of(config.tls);
    if (config.gate.mode == Mode::enforce && config.gate.requests_max == 1) {
        conflicts.push_back({"gate", "requests_max", "must be 2 or more with mode = \"enforce\""});
    }
    return conflicts;
}

inline const Schema<SmallConfig>& small_schema() {
    static const Schema<SmallConfig> table(small_rows(), small_conflicts);
    return table;
}

}  // namespace turnaway::settings
