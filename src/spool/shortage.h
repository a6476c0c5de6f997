// Which errors of a write mean that there is no room: not our fault, it may pass, and nothing that
// was acknowledged is in danger. Every other error is the disk's.
#pragma once

#include <cerrno>

#include "base/result.h"

namespace turnaway::spool {

constexpr bool is_shortage(int error) {
    return error == ENOSPC || error == EDQUOT;
}

constexpr base::Fault fault_of_write(int error) {
    return is_shortage(error) ? base::Fault::unavailable : base::Fault::io;
}

}  // namespace turnaway::spool
