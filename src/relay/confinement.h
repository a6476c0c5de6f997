// Confinement: what the relay gives up between opening its sockets and taking mail, and what it
// keeps.
//
// Kept are the folder of the spool and that of the control socket, reading of what a start or a
// reload reads (configuration, certificate, key, trust anchor, name servers) and connecting to
// anybody. Files are kept by the folder they lie in, and by the one a symbolic link leads to, since
// a new certificate or configuration is usually a new file. The order is the caller's: sockets,
// take_rights(), confine_files(), threads, confine_calls(). Each step holds or the relay does not
// start (requirement 57). Started as root without `[user] name` it stays root, without any
// capability.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "relay/config/config.h"

namespace turnaway::relay {

// As many open files as all connections of the configuration need: how many there may be, how many
// would be wanted, and how many questions to DNS each thread may so have at once.
struct Descriptors {
    std::uint64_t allowed = 0;
    std::uint64_t wanted = 0;
    std::size_t dns_questions = 0;
};
base::Result<Descriptors> raise_descriptors(const Config& config, unsigned threads);

// Makes the folders of the spool and of the control socket where they are missing, for the user to
// become; then becomes that user, without capabilities and core dumps.
base::Result<void> take_rights(const Config& config);

// landlock; before any thread.
base::Result<void> confine_files(const Config& config, const std::string& config_path);

// seccomp, for all threads there are and will be.
base::Result<void> confine_calls();

}  // namespace turnaway::relay
