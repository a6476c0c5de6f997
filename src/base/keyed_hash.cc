#include "base/keyed_hash.h"

#include <sys/random.h>

#include "base/check.h"

namespace turnaway::base {

KeyedHash KeyedHash::with_random_key() {
    std::array<std::uint64_t, 2> key{};
    // A request for up to 256 bytes is never cut short (getrandom(2)).
    TURNAWAY_CHECK(getrandom(key.data(), sizeof key, 0) == static_cast<ssize_t>(sizeof key));
    return KeyedHash(key);
}

}  // namespace turnaway::base
