// CsvRows: the rows of a table of this repository, for tests that check every row.
#pragma once

#include <fstream>
#include <string>
#include <vector>

namespace turnaway::codes {

// Without the heading. Quoted fields may hold commas and doubled quotation marks, not line ends.
inline std::vector<std::vector<std::string>> csv_rows(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::vector<std::string>> rows;
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::vector<std::string> fields{""};
        bool quoted = false;
        for (std::size_t i = 0; i < line.size(); ++i) {
            const char c = line[i];
            if (c == '"' && quoted && i + 1 < line.size() && line[i + 1] == '"') {
                fields.back() += line[++i];
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                fields.emplace_back();
            } else {
                fields.back() += c;
            }
        }
        rows.push_back(std::move(fields));
    }
    return rows;
}

}  // namespace turnaway::codes
