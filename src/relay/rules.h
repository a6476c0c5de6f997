// Rules: the configuration and what follows from it, made together and changed together at a
// reload.
#pragma once

#include <memory>

#include "base/result.h"
#include "relay/config.h"
#include "verdict/policy.h"

namespace turnaway::relay {

struct Rules {
    Config config;
    verdict::Policy policy;
};

std::shared_ptr<const Rules> make_rules(Config config);

}  // namespace turnaway::relay
