#include "bounce/log/delivery_event.h"

#include <algorithm>
#include <array>

namespace turnaway::bounce {

namespace {

constexpr std::array<std::string_view, programs> names{"unknown",  "postfix",   "exim",
                                                       "sendmail", "opensmtpd", "haraka",
                                                       "kumomta",  "powermta",  "turnaway-relay"};

}  // namespace

std::string_view name_of(Program program) {
    return names[static_cast<std::size_t>(program)];
}

std::optional<Program> find_program(std::string_view name) {
    const auto* const found = std::ranges::find(names, name);
    if (found == names.begin() || found == names.end()) return std::nullopt;
    return static_cast<Program>(found - names.begin());
}

}  // namespace turnaway::bounce
