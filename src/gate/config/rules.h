// Rules: the configuration and what follows from it, changed together at a reload. A session keeps
// the rules that it began with.
#pragma once

#include <memory>

#include "gate/config/config.h"
#include "judge/routing.h"
#include "judge/rules.h"

namespace turnaway::gate {

struct Rules {
    Config config;
    std::shared_ptr<const judge::Rules> judging;
};

std::shared_ptr<const Rules> make_rules(Config config);
judge::Routing::Settings routing_settings(const Rules& rules);

}  // namespace turnaway::gate
