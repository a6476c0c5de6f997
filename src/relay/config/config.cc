#include "relay/config/config.h"

#include <string>
#include <utility>

#include "base/check.h"
#include "relay/config/config_schema.h"
#include "spool/postgres/address.h"

namespace turnaway::relay {

std::expected<Config, std::vector<std::string>> parse_config(std::string_view text,
                                                             std::string_view file) {
    return schema().parse(text, file);
}

base::Result<Config> read_config(const std::string& path) {
    return schema().read(path);
}

std::vector<std::string> restart_keys(const Config& old_config, const Config& new_config) {
    return schema().restart_keys(old_config, new_config);
}

Config keep_restart_values(const Config& old_config, const Config& new_config) {
    return schema().keep_restart_values(old_config, new_config);
}

std::string fault_of(const SpoolConfig& spool) {
    const auto& path = spool.path;
    if (path.empty()) return "must not be empty: the queue needs a folder";
    if (spool::postgres::is_address(path)) {
        const auto fault = spool::postgres::fault_of(path);
        return fault.empty() ? "" : "is not the address of a database: " + fault;
    }
    if (path.front() == '/') return "";
    return "must be an absolute path, or an address such as postgresql://user@host/database";
}

mail::Address Config::report_from() const {
    if (report.from) return *report.from;
    auto address = mail::Address::parse("postmaster@" + hostname().text());
    TURNAWAY_CHECK(address.has_value());  // the hostname is a checked name
    return *std::move(address);
}

}  // namespace turnaway::relay
