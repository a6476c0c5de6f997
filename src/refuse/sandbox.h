// What the server gives up once its sockets are open: files, new sockets, and nearly every system
// call (process/).
//
// Each step either holds or the server does not start (requirement 57); --no-sandbox leaves both
// out.
#pragma once

#include "base/result.h"

namespace turnaway::refuse {

// No file, no new TCP socket, no core dump. Before threads, which inherit it.
[[nodiscard]] base::Result<void> close_file_system();

// Only the system calls of serving, logging and stopping, for every thread there is now; another
// one ends the process. No new thread.
[[nodiscard]] base::Result<void> restrict_system_calls();

}  // namespace turnaway::refuse
