// Confinement: what the relay needs of the system beside what every daemon does
// (daemon/confinement.h): its spool, and open files for all its connections.
//
// The order is the caller's: sockets, raise_descriptors(), take_rights(), confine_files(), threads,
// confine_calls().
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
[[nodiscard]] base::Result<Descriptors> raise_descriptors(const Config& config, unsigned threads);

// Makes the folders of the spool and of the control socket where they are missing, for the user to
// become; then becomes that user, without capabilities and core dumps.
[[nodiscard]] base::Result<void> take_rights(const Config& config);

// landlock; before any thread.
[[nodiscard]] base::Result<void> confine_files(const Config& config,
                                               const std::string& config_path);

// seccomp, for all threads there are and will be.
[[nodiscard]] base::Result<void> confine_calls();

}  // namespace turnaway::relay
