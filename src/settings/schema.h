// Schema: the table of all settings of one daemon: reads its files, knows its defaults, and prints
// itself.
//
// `Config` is the daemon's own struct. It has a member `warnings` (a vector of strings) for the
// reader's warnings about a file that is correct today and not in 1.0. Everything that does not
// depend on `Config` is in reader.h.
#pragma once

#include <algorithm>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "settings/key.h"
#include "settings/reader.h"
#include "settings/row.h"

namespace turnaway::settings {

template <class Config>
class Schema {
  public:
    using Conflicts = std::vector<Conflict> (*)(const Config&);

    Schema(Rows<Config> rows, Conflicts conflicts) : rows_(std::move(rows)), conflicts_(conflicts) {
        store_defaults(bound_rows(rows_, defaults_));
    }

    const Rows<Config>& rows() const { return rows_; }
    const Row<Config>* find(std::string_view section, std::string_view key) const {
        const auto found = std::ranges::find_if(
            rows_, [&](const Key& row) { return row.section == section && row.key == key; });
        return found == rows_.end() ? nullptr : &*found;
    }

    // The configuration, or every fault in the order of the lines.
    [[nodiscard]] std::expected<Config, std::vector<std::string>> parse(
        std::string_view text, std::string_view file) const {
        Config config = defaults_;
        auto reading = read_rows(text, file, bound_rows(rows_, config),
                                 [this, &config] { return conflicts_(config); });
        if (!reading.faults.empty()) return std::unexpected(std::move(reading.faults));
        config.warnings = std::move(reading.warnings);
        return config;
    }

    // `-` is standard input. The faults are one message of several lines, Fault::config.
    [[nodiscard]] base::Result<Config> read(const std::string& path) const {
        auto text = file_text(path);
        if (!text) return std::unexpected(std::move(text.error()));
        auto config = parse(*text, file_name(path));
        if (config) return *std::move(config);
        std::string message;
        for (const std::string& fault : config.error()) {
            if (!message.empty()) message += '\n';
            message += fault;
        }
        return base::fail(base::Fault::config, std::move(message));
    }

    // The keys that differ and cannot change while running: `[listen] smtp`.
    std::vector<std::string> restart_keys(Config before, Config after) const {
        return settings::restart_keys(bound_rows(rows_, before), bound_rows(rows_, after));
    }
    // The configuration after a reload: `after` with the values that `before` has for those keys.
    [[nodiscard]] Config keep_restart_values(Config before, Config after) const {
        settings::keep_restart_values(bound_rows(rows_, before), bound_rows(rows_, after));
        return after;
    }

    std::string json() const { return listing_json(keys()); }
    std::string listing() const { return listing_text(keys()); }

  private:
    std::vector<const Key*> keys() const {
        std::vector<const Key*> keys;
        keys.reserve(rows_.size());
        for (const auto& row : rows_) keys.push_back(&row);
        return keys;
    }

    Rows<Config> rows_;
    Conflicts conflicts_;
    Config defaults_ = {};
};

}  // namespace turnaway::settings
