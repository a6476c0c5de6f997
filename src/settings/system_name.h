// The full name of this system, the default of `hostname`.
#pragma once

#include <string>

namespace turnaway::settings {

// May query DNS, so call it once only; empty when the system does not know its name.
std::string system_name();

}  // namespace turnaway::settings
