// Config: what turnaway-gate can be set to; its keys are in config_schema.cc.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "gate/protocol/protocol.h"
#include "settings/endpoint.h"
#include "settings/host_names.h"
#include "settings/schema.h"
#include "settings/sections.h"
#include "verdict/network.h"

namespace turnaway::gate {

inline constexpr const char* standard_control_socket = "/run/turnaway-gate/gate.sock";

// In the order of the choices of each key.
enum class Mode : std::uint8_t { enforce, observe };
enum class Action : std::uint8_t { reject, defer, tag, log, pass };
enum class DnsTroubleAction : std::uint8_t { pass, defer };
enum class SocketMode : std::uint8_t { owner, owner_and_group, everyone };

struct GateConfig {
    Mode mode = Mode::enforce;
    bool operator==(const GateConfig&) const = default;
};

struct GateListenConfig {
    std::vector<settings::ListenPlace> policy = {};
    std::vector<settings::ListenPlace> milter = {};
    std::vector<settings::ListenPlace> line = {};
    SocketMode socket_mode = SocketMode::owner_and_group;
    std::string socket_group = {};  // empty: the daemon's own
    std::uint32_t connections_max = 0;
    std::chrono::seconds idle_wait = {};
    // The places of a protocol; null if it is not served on sockets.
    const std::vector<settings::ListenPlace>* of(Protocol protocol) const;
    bool operator==(const GateListenConfig&) const = default;
};

struct AnswerConfig {
    std::chrono::seconds deadline = {};
    DnsTroubleAction dns_trouble = DnsTroubleAction::pass;
    bool operator==(const AnswerConfig&) const = default;
};

// One action for each verdict.
struct ActionConfig {
    Action null_mx = Action::reject;
    Action loopback_mx = Action::reject;
    Action dangling_mx = Action::reject;
    Action no_such_domain = Action::reject;
    Action no_mail_host = Action::reject;
    Action refusing_hosts = Action::reject;
    Action sender_null_mx = Action::reject;
    Action mailless = Action::reject;
    bool operator==(const ActionConfig&) const = default;
};

// Whether some verdict is tagged.
bool has_tags(const ActionConfig& actions);

// What is passed without a question to DNS.
struct ExceptConfig {
    std::vector<verdict::Network> clients = {};
    std::vector<std::string> users = {};  // "*": every authenticated user
    settings::HostNames sender_domains = {};
    settings::HostNames recipient_domains = {};
    bool operator==(const ExceptConfig&) const = default;
};

struct MaillessConfig {
    settings::HostNames mailless = {};
    bool operator==(const MaillessConfig&) const = default;
};

struct MemoryConfig {
    std::string relay_socket = {};  // empty: no relay is asked
    bool operator==(const MemoryConfig&) const = default;
};

struct Config {
    settings::ProcessConfig process = {};
    GateConfig gate = {};
    GateListenConfig listen = {};
    AnswerConfig answer = {};
    ActionConfig verdict = {};
    ExceptConfig except = {};
    MaillessConfig relay = {};
    settings::DnsConfig dns = {};
    settings::VerdictConfig evidence = {};  // the section [memory], with `memory`
    MemoryConfig memory = {};
    settings::ControlConfig control = {};
    settings::MetricsConfig metrics = {};
    settings::LogConfig log = {};
    settings::UserConfig user = {};
    std::vector<std::string> warnings = {};
};

const settings::Schema<Config>& schema();
// Fault::config lists every fault.
[[nodiscard]] base::Result<Config> read_config(const std::string& path);

}  // namespace turnaway::gate
