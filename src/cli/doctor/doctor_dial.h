// DoctorDial: connects to a mail host and reads the first line of its greeting.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "route/ip_address.h"

namespace turnaway::cli {

struct DialResult {
    int error = 0;                             // of connecting; ETIMEDOUT if nothing came in time
    std::optional<std::string> greeting = {};  // its first line, safe to show
    double milliseconds = 0;                   // until that line, or until the error
};
DialResult dial(const route::IpAddress& address, std::uint16_t port);

}  // namespace turnaway::cli
