// The rights that the server gives up once its sockets are open: files, new sockets, and nearly all
// system calls (process/).
//
// If a step fails, the server does not start (requirement 57); --no-sandbox leaves out both.
#pragma once

#include "base/result.h"

namespace turnaway::refuse {

// No file, no new TCP socket, no core dump. Call it before threads start, since they inherit it.
[[nodiscard]] base::Result<void> close_file_system();

// Only the system calls for serving, logging and stopping, for every existing thread; any other
// call ends the process. No new threads.
[[nodiscard]] base::Result<void> restrict_system_calls();

}  // namespace turnaway::refuse
