// Which write errors mean that the disk is full: not a fault of the program, it may pass, and no
// acknowledged data is in danger. Every other error is a fault of the disk.
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
