#include "relay/config/config.h"

#include <utility>

#include "base/check.h"
#include "relay/config/config_schema.h"

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

mail::Address Config::report_from() const {
    if (report.from) return *report.from;
    auto address = mail::Address::parse("postmaster@" + hostname().text());
    TURNAWAY_CHECK(address.has_value());  // the hostname is a checked name
    return *std::move(address);
}

}  // namespace turnaway::relay
