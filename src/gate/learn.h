// Learn: `turnaway-gate learn`: reads the log of a mail server and tells the running gate, over its
// control socket, which hosts refuse all mail.
//
// For a mail server without a turnaway-relay beside it: a host that says 521 is known after the
// first attempt to deliver to it. What counts is decided in
// protocol/logged_refusal.h. Reads until the end of the log; a gate that does not answer is
// reported, and asked again with the next host.
#pragma once

#include <string>

#include "base/result.h"

namespace turnaway::gate {

// `log` is a file, or `-` for standard input. Returns the exit status.
[[nodiscard]] base::Result<int> learn_from_log(const std::string& log,
                                               const std::string& control_socket);

}  // namespace turnaway::gate
