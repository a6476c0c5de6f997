// What the server gives up once its sockets are open: root, capabilities, files, new sockets, and
// nearly every system call.
//
// Each step either holds or the server does not start (requirement 57); --no-sandbox leaves out all
// but the change of user.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace turnaway::refuse {

// Sets how many descriptors the process may have at once: `wanted`, or what the system allows when
// that is at least `least`. Returns which; the error says what to lower.
base::Result<std::uint64_t> limit_descriptors(std::uint64_t wanted, std::uint64_t least);

// As root: becomes `user` with no other groups. Otherwise nothing. All capabilities are dropped and
// no_new_privs is set. Before threads.
base::Result<void> drop_privileges(const std::string& user);

// No file, no new TCP socket, no core dump. Before threads, which inherit it.
base::Result<void> close_file_system();

// Only the system calls of serving, logging and stopping, for every thread there is now; another
// one ends the process. No new thread.
base::Result<void> restrict_system_calls();

}  // namespace turnaway::refuse
