// Config: what the example daemon can be set to: sections that every daemon has, and one of its
// own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "judge/rules.h"
#include "settings/schema.h"
#include "settings/sections.h"

namespace turnaway::example {

struct AnswerConfig {
    std::string word = {};
    bool operator==(const AnswerConfig&) const = default;
};

struct Config {
    settings::ProcessConfig process = {};
    settings::ListenConfig listen = {};
    settings::DnsConfig dns = {};
    settings::VerdictConfig verdict = {};
    settings::ControlConfig control = {};
    settings::MetricsConfig metrics = {};
    settings::LogConfig log = {};
    settings::UserConfig user = {};
    AnswerConfig answer = {};
    std::vector<std::string> warnings = {};
};

const settings::Schema<Config>& schema();

// The configuration and what follows from it, changed together at a reload.
struct Rules {
    Config config;
    std::shared_ptr<const judge::Rules> judging;
};
std::shared_ptr<const Rules> make_rules(Config config);

}  // namespace turnaway::example
