#include "settings/system_name.h"

#include <netdb.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace turnaway::settings {

// gethostname may return the short name; the resolver's canonical name is the full one, if there is
// one.
std::string system_name() {
    std::array<char, 256> buffer{};
    if (gethostname(buffer.data(), buffer.size() - 1) != 0) return {};
    std::string name = buffer.data();
    if (name.find('.') != std::string::npos) return name;
    addrinfo hints{};
    hints.ai_flags = AI_CANONNAME;
    addrinfo* found = nullptr;
    if (getaddrinfo(name.c_str(), nullptr, &hints, &found) == 0) {
        const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
        if (found->ai_canonname != nullptr) name = found->ai_canonname;
    }
    return name;
}

}  // namespace turnaway::settings
