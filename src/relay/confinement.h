// Confinement: what the relay needs of the system in addition to every daemon
// (daemon/confinement.h): its spool, and open files for all its connections.
//
// The caller keeps the order: sockets, raise_descriptors(), take_rights(), confine_files(),
// threads, confine_calls().
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "relay/config/config.h"

namespace turnaway::relay {

// Raises the limit of open files to what all connections of the configuration need. Holds the limit
// granted, the number wanted, and how many DNS queries each thread may then have in flight.
struct Descriptors {
    std::uint64_t allowed = 0;
    std::uint64_t wanted = 0;
    std::size_t dns_questions = 0;
};
[[nodiscard]] base::Result<Descriptors> raise_descriptors(const Config& config, unsigned threads);

// Makes the folders of the spool and of the control socket if they are missing, owned by the user;
// then switches to that user, without capabilities or core dumps.
[[nodiscard]] base::Result<void> take_rights(const Config& config);

// landlock; before any thread. `folder` is the one that the spool works in.
[[nodiscard]] base::Result<void> confine_files(const Config& config, const std::string& config_path,
                                               const std::string& folder);

// seccomp, for all present and future threads.
[[nodiscard]] base::Result<void> confine_calls(const Config& config);

}  // namespace turnaway::relay
