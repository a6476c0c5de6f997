// Invariants of the configuration, for any text:
// - it is read or every fault names the file and a line, in printable characters only;
// - what was read is in its range, and differs from itself in nothing.
#include "relay/config/config.h"

#include <algorithm>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "fuzz/input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace relay = turnaway::relay;
    turnaway::fuzz::Input input(data, size);
    const auto config = relay::parse_config(input.text(), "f");
    if (!config) {
        TURNAWAY_CHECK(!config.error().empty());
        for (const std::string& fault : config.error()) {
            TURNAWAY_CHECK(fault.starts_with("f:") && turnaway::base::is_digit(fault[2]));
            TURNAWAY_CHECK(std::ranges::none_of(fault, turnaway::base::is_control));
        }
        return 0;
    }
    TURNAWAY_CHECK(!config->hostname().is_root());
    TURNAWAY_CHECK(config->delivery.port != 0 && !config->listen.smtp.empty());
    TURNAWAY_CHECK(config->lifetime.retry_first <= config->lifetime.retry_max);
    TURNAWAY_CHECK(relay::restart_keys(*config, *config).empty());
    return 0;
}
