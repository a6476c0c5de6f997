#include "spool/postgres/address.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <memory>

namespace turnaway::spool::postgres {
namespace {

constexpr std::array<std::string_view, 6> file_options{"passfile",    "sslcert", "sslkey",
                                                       "sslrootcert", "sslcrl",  "sslcrldir"};

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

}  // namespace

std::string fault_of(const std::string& address) {
    char* words = nullptr;
    const Options options(PQconninfoParse(address.c_str(), &words), &PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> kept(words, &PQfreemem);
    if (options) return {};
    const std::string_view all = words == nullptr ? "" : words;
    if (all.empty()) return "it is not an address";
    // What libpq quotes last can be the whole address or a piece of its password.
    return std::string(all.substr(0, std::min(all.find('\n'), all.find(": \""))));
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
