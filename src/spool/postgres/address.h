// Address: where the spool's database is, as libpq writes it: `postgresql://…`.
//
// Only what others must know of it: whether a `[spool] path` is one, whether libpq understands it,
// and the files that it names. It may contain a password, so it is never shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace turnaway::spool::postgres {

inline bool is_address(std::string_view path) {
    return path.starts_with("postgresql://") || path.starts_with("postgres://");
}
// What is wrong with it; empty: nothing.
std::string fault_of(const std::string& address);
bool has_password(const std::string& address);
// Certificates, keys and password files in it.
std::vector<std::string> files_in(const std::string& address);

}  // namespace turnaway::spool::postgres
