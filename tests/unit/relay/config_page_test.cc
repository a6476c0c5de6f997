// The man page and the example file against the table: every key with its section, default and
// description, and no other key.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "relay/config/config_schema.h"
#include "source_folder.h"

namespace turnaway::relay {
namespace {

std::string replaced(std::string text, std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
    }
    return text;
}

std::string file_text(const std::string& name) {
    std::ifstream file(source_folder() + name);
    return {std::istreambuf_iterator<char>(file), {}};
}

// What the page must say of a row: everything between its .It and the next.
std::string entry_of(const settings::Key& row) {
    const auto quoted = [](std::string text) { return replaced(std::move(text), "\"", "\\(dq"); };
    std::string text = std::string(row.description) + "\nAllowed: " + quoted(row.allowed()) + ".\n";
    if (row.form == settings::Form::routes) {
        text += "Default: no static route.\n";
    } else if (row.standard.empty()) {
        text += "Default: the system's full name.\n";
    } else {
        text += "Default:\n.Li " + quoted(row.standard) + " .\n";
    }
    return text + (row.needs_restart ? "A change needs a restart.\n" : "");
}

TEST(ConfigPage, SaysOfEachKeyWhatTheTableSays) {
    std::istringstream page(file_text("/man/turnaway-relay.conf.5"));
    std::string section;
    std::set<const settings::Key*> seen;
    bool is_in_keys = false;
    std::string entry;
    const settings::Key* row = nullptr;
    const auto end_entry = [&] {
        if (row != nullptr) {
            EXPECT_EQ(entry, entry_of(*row)) << row->label();
        }
        row = nullptr;
        entry.clear();
    };
    for (std::string line; std::getline(page, line);) {
        if (line.starts_with(".Sh ")) {
            is_in_keys = line == ".Sh THE HOST" || line.starts_with(".Sh SECTION ");
            section = line.starts_with(".Sh SECTION ") ? line.substr(12) : "";
        } else if (is_in_keys && line.starts_with(".It Va ")) {
            end_entry();
            const bool is_route = line == ".It Va \\(dqdomain\\(dq , Va \\(dq*\\(dq";
            row = schema().find(section, is_route ? "*" : line.substr(7));
            ASSERT_NE(row, nullptr) << '[' << section << "] " << line;
            EXPECT_TRUE(seen.insert(row).second) << row->label();
        } else if (line == ".El") {
            end_entry();
        } else if (row != nullptr) {
            entry += line + '\n';
        }
    }
    for (const auto& one : schema().rows()) EXPECT_TRUE(seen.contains(&one)) << one.label();
}

TEST(ConfigPage, TheExampleNamesEachKeyWithItsDefault) {
    const std::string example = file_text("/etc/turnaway-relay.conf");
    for (const auto& row : schema().rows()) {
        if (row.form == settings::Form::routes || row.standard.empty()) continue;
        const std::size_t section = example.find("\n[" + std::string(row.section) + "]\n");
        const std::size_t from = row.section.empty() ? 0 : section;
        ASSERT_NE(from, std::string::npos) << row.label();
        const std::string line = "\n# " + std::string(row.key) + " = " + row.standard;
        const std::size_t next = example.find("\n[", from + 1);
        EXPECT_LT(example.find(line, from), next) << row.label();
    }
}

}  // namespace
}  // namespace turnaway::relay
