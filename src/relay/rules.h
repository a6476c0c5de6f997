// Rules: the configuration and what follows from it, made together and changed together at a
// reload: a session or a delivery keeps those it began with.
#pragma once

#include <memory>

#include "base/result.h"
#include "io/tls.h"
#include "relay/config.h"
#include "verdict/policy.h"

namespace turnaway::relay {

struct Rules {
    Config config;
    verdict::Policy policy;
    std::shared_ptr<io::TlsServer> tls_server;  // null: STARTTLS is not offered
};

// Reads the certificate and its key, which may fail.
base::Result<std::shared_ptr<const Rules>> make_rules(Config config);

}  // namespace turnaway::relay
