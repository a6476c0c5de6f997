// Rules: the configuration and what follows from it, made together and changed together at a
// reload: a session or a delivery keeps those it began with.
#pragma once

#include <memory>
#include <optional>

#include "base/result.h"
#include "io/tls.h"
#include "relay/config/config.h"
#include "relay/config/recipient_list.h"
#include "verdict/policy.h"

namespace turnaway::relay {

struct Rules {
    Config config;
    verdict::Policy policy;
    std::shared_ptr<io::TlsServer> tls_server;  // null: STARTTLS is not offered
    // Of the file of `[relay] recipients`, when it names one.
    std::optional<RecipientList> recipients;
};

// Reads the certificate, its key and the list of recipients, which may fail.
base::Result<std::shared_ptr<const Rules>> make_rules(Config config);

}  // namespace turnaway::relay
