// The full name of this system, which `hostname` is when the file does not set it.
#pragma once

#include <string>

namespace turnaway::settings {

// May ask DNS, so once only; empty when the system does not know.
std::string system_name();

}  // namespace turnaway::settings
