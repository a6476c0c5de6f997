// Config: what the example daemon can be set to: sections that every daemon has, and one of its
// own.
#pragma once

#include <string>
#include <vector>

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
    settings::ControlConfig control = {};
    settings::MetricsConfig metrics = {};
    settings::LogConfig log = {};
    settings::UserConfig user = {};
    AnswerConfig answer = {};
    std::vector<std::string> warnings = {};
};

const settings::Schema<Config>& schema();

}  // namespace turnaway::example
