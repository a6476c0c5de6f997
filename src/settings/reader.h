// Reader: reads the text of a configuration file into the rows of a daemon.
//
// All faults are found in one pass, each as `file:line: [section] key: what is wrong`, in the order
// of the lines; only a text that is not TOML ends at its first fault. A key under its old name is
// accepted with a warning; both names at once are a fault. Limits: config_bytes_max, and
// config_line_bytes_max, because a key of very many parts would nest as deeply.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "settings/row.h"

namespace turnaway::settings {

inline constexpr std::size_t config_bytes_max = std::size_t{4} * 1024 * 1024;
inline constexpr std::size_t config_line_bytes_max = std::size_t{16} * 1024;

// A fault that involves several keys: `needs [tls] key too`.
struct Conflict {
    std::string_view section;
    std::string_view key;
    std::string wrong;
};

struct Reading {
    std::vector<std::string> faults = {};    // empty: the values are in their slots
    std::vector<std::string> warnings = {};  // settings that work today and not in 1.0
};

// The rows must hold their defaults. `conflicts` is called once, when all values are read.
[[nodiscard]] Reading read_rows(std::string_view text, std::string_view file,
                                std::span<const BoundRow> rows,
                                const std::function<std::vector<Conflict>()>& conflicts);
void store_defaults(std::span<const BoundRow> rows);

// The labels of the keys that differ and need a restart; both configurations have the same rows.
std::vector<std::string> restart_keys(std::span<const BoundRow> before,
                                      std::span<const BoundRow> after);
void keep_restart_values(std::span<const BoundRow> before, std::span<const BoundRow> after);

// The whole file, `-` is standard input; for a file that is too large, only enough to see that.
[[nodiscard]] base::Result<std::string> file_text(const std::string& path);
// The name of the file in messages.
std::string file_name(const std::string& path);

}  // namespace turnaway::settings
