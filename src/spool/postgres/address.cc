#include "spool/postgres/address.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "base/text.h"

namespace turnaway::spool::postgres {
namespace {

constexpr std::array<std::string_view, 6> file_options{"passfile",    "sslcert", "sslkey",
                                                       "sslrootcert", "sslcrl",  "sslcrldir"};

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

// libpq itself looks at them only when it connects.
std::string fault_of_ports(const PQconninfoOption* options) {
    for (const auto* each = options; each->keyword != nullptr; ++each) {
        if (std::string_view(each->keyword) != "port" || each->val == nullptr) continue;
        for (std::string_view rest = each->val;;) {
            const auto end = std::min(rest.find(','), rest.size());
            const auto port = rest.substr(0, end);
            const auto number = base::parse_unsigned<std::uint16_t>(port);
            if (!port.empty() && number.value_or(0) == 0) {
                return "its port \"" + std::string(port) + "\" is not a number from 1 to 65535";
            }
            if (end == rest.size()) break;
            rest.remove_prefix(end + 1);
        }
    }
    return {};
}

}  // namespace

std::string fault_of(const std::string& address) {
    char* words = nullptr;
    const Options options(PQconninfoParse(address.c_str(), &words), &PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> kept(words, &PQfreemem);
    if (options) return fault_of_ports(options.get());
    const std::string_view all = words == nullptr ? "" : words;
    if (all.empty()) return "it is not an address";
    // What libpq quotes last can be the whole address or a piece of its password.
    return std::string(all.substr(0, std::min(all.find('\n'), all.find(": \""))));
}

bool has_password(const std::string& address) {
    const Options options(PQconninfoParse(address.c_str(), nullptr), &PQconninfoFree);
    for (const auto* each = options.get(); each != nullptr && each->keyword != nullptr; ++each) {
        if (std::string_view(each->keyword) == "password" && each->val != nullptr) return true;
    }
    return false;
}

std::vector<std::string> files_in(const std::string& address) {
    std::vector<std::string> files;
    const Options options(PQconninfoParse(address.c_str(), nullptr), &PQconninfoFree);
    for (const auto* each = options.get(); each != nullptr && each->keyword != nullptr; ++each) {
        if (each->val != nullptr && each->val[0] == '/' &&
            std::ranges::find(file_options, each->keyword) != file_options.end()) {
            files.emplace_back(each->val);
        }
    }
    return files;
}

}  // namespace turnaway::spool::postgres
