#include "settings/reader.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <iostream>
#include <utility>

#include "base/check.h"
#include "base/printable.h"
#include "base/text.h"
#include "settings/nearest_word.h"
#include "settings/system_name.h"
#include "settings/value.h"

namespace turnaway::settings {

namespace {

std::string place_of(std::string_view section, std::string_view key) {
    std::string text;
    if (!section.empty()) {
        text = '[';
        base::append_printable(text, section, 80);
        text += "] ";
    }
    base::append_printable(text, key, 80);
    return text;
}

std::string joined(std::span<const std::string_view> words) {
    std::string text;
    for (const std::string_view word : words) {
        if (!text.empty()) text += ", ";
        text += word;
    }
    return text;
}

// Messages with their lines.
class Messages {
  public:
    void add(std::size_t line, std::string text) { all_.emplace_back(line, std::move(text)); }
    std::vector<std::string> of(std::string_view file) {
        std::ranges::sort(all_);
        std::vector<std::string> lines;
        lines.reserve(all_.size());
        for (const auto& [line, text] : all_) {
            lines.push_back(std::string(file) + ':' + std::to_string(line) + ": " + text);
        }
        return lines;
    }

  private:
    std::vector<std::pair<std::size_t, std::string>> all_;
};

std::size_t line_of(const toml::key& key) {
    return key.source().begin.line;
}

class Reader {
  public:
    Reader(std::string_view file, std::span<const BoundRow> rows) : file_(file), rows_(rows) {}

    void add_fault(std::size_t line, std::string text) { faults_.add(line, std::move(text)); }
    Reading result() { return {.faults = faults_.of(file_), .warnings = warnings_.of(file_)}; }

    void read(const toml::table& document) {
        for (const auto& [name, node] : document) {
            const toml::table* table = node.as_table();
            const std::string shown_name = place_of("", name.str());
            if (is_section(name.str())) {
                if (table != nullptr) {
                    read_section(name.str(), *table);
                } else {
                    std::string words = shown_name + ": is a section, not a key; write [";
                    words += shown_name + "] on a line of its own";
                    add_fault(line_of(name), words);
                }
            } else if (table != nullptr) {
                add_fault(line_of(name),
                          '[' + shown_name + "]: unknown section" + nearest_section(name.str()));
            } else {
                read_key("", document, name, node);
            }
        }
    }

    void add_conflict(const toml::table& document, const Conflict& conflict) {
        const BoundRow* row = find(conflict.section, conflict.key);
        TURNAWAY_CHECK(row != nullptr);
        add_fault(line_of_value(document, *row->key), row->key->label() + ": " + conflict.wrong);
    }

    // For the key whose default is the system's name.
    void take_system_name(const toml::table& document, const std::string& name) {
        for (const BoundRow& row : rows_) {
            if (!row.key->standard.empty() || node_of(document, *row.key) != nullptr) continue;
            const toml::value<std::string> value(name);
            if (name != "." && store_value(*row.key, value, row.slot)) continue;
            add_fault(1, row.key->label() +
                             ": is not set, and the name of this system is not a domain name; must "
                             "be " +
                             row.key->allowed());
        }
    }

  private:
    const BoundRow* find(std::string_view section, std::string_view key) const {
        const auto found = std::ranges::find_if(rows_, [&](const BoundRow& row) {
            return row.key->section == section && row.key->key == key;
        });
        return found == rows_.end() ? nullptr : &*found;
    }

    const BoundRow* find_former(std::string_view section, std::string_view key) const {
        const auto found = std::ranges::find_if(rows_, [&](const BoundRow& row) {
            return row.key->section == section && row.key->former == key && !key.empty();
        });
        return found == rows_.end() ? nullptr : &*found;
    }

    bool is_section(std::string_view name) const {
        return !name.empty() && std::ranges::any_of(rows_, [name](const BoundRow& row) {
            return row.key->section == name;
        });
    }

    static const toml::node* node_of(const toml::table& document, const Key& key) {
        if (key.section.empty()) return document.get(key.key);
        return document[key.section][key.key].node();
    }

    // Under either name; 1 when the file does not set it.
    static std::size_t line_of_value(const toml::table& document, const Key& key) {
        const toml::node* node = node_of(document, key);
        if (node == nullptr) node = document[key.section][key.former].node();
        return node == nullptr ? 1 : std::max<std::size_t>(node->source().begin.line, 1);
    }

    std::string nearest_section(std::string_view name) const {
        std::vector<std::string_view> sections;
        for (const BoundRow& row : rows_) {
            const auto section = row.key->section;
            if (!section.empty() && (sections.empty() || sections.back() != section)) {
                sections.push_back(section);
            }
        }
        const auto near = nearest_word(name, sections);
        return near ? "; did you mean [" + std::string(*near) + "]?"
                    : "; the sections are: " + joined(sections);
    }

    // In this section first, then the same key in another one.
    std::string nearest_key(std::string_view section, std::string_view key) const {
        std::vector<std::string_view> keys;
        for (const BoundRow& row : rows_) {
            if (row.key->section == section && !row.key->is_made_up()) keys.push_back(row.key->key);
        }
        if (const auto near = nearest_word(key, keys)) {
            return "; did you mean " + find(section, *near)->key->label() + '?';
        }
        for (const BoundRow& row : rows_) {
            if (row.key->key == key) return "; did you mean " + row.key->label() + '?';
        }
        return (section.empty() ? "; the keys above every section are: "
                                : "; the keys of this section are: ") +
               joined(keys);
    }

    void read_section(std::string_view section, const toml::table& table) {
        const BoundRow* made_up = find(section, "*");
        for (const auto& [key, node] : table) {
            if (made_up == nullptr) {
                read_key(section, table, key, node);
            } else if (const auto stored = store_made_up(*made_up->key, key.str(), node,
                                                         std::get<MadeUpSlot>(made_up->slot));
                       !stored) {
                add_fault(line_of(key), place_of(section, key.str()) + ": " + stored.error());
            }
        }
    }

    void read_key(std::string_view section, const toml::table& table, const toml::key& key,
                  const toml::node& node) {
        const std::string place = place_of(section, key.str());
        const BoundRow* row = find(section, key.str());
        if (row == nullptr) {
            row = find_former(section, key.str());
            if (row == nullptr) {
                add_fault(line_of(key), place + ": unknown key" + nearest_key(section, key.str()));
                return;
            }
            if (const toml::node* now = table.get(row->key->key)) {
                add_fault(line_of(key), place + ": is the old name of " +
                                            std::string(row->key->key) + ", which line " +
                                            std::to_string(now->source().begin.line) +
                                            " sets too; remove one of them");
                return;
            }
            warnings_.add(line_of(key), place + " is now called " + std::string(row->key->key) +
                                            "; the old name works until 1.0");
        }
        if (const auto stored = store_value(*row->key, node, row->slot); !stored) {
            add_fault(line_of(key), place + ": " + stored.error());
        }
    }

    std::string_view file_;
    std::span<const BoundRow> rows_;
    Messages faults_;
    Messages warnings_;
};

// The number of the line that is too long, or 0.
std::size_t too_long_line(std::string_view text) {
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > config_line_bytes_max) return line;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return 0;
}

// The line of text that must not reach toml++: 3.3.0 has undefined behaviour for U+FFFE and similar
// characters. 0: there is none.
std::size_t line_of_bad_text(std::string_view text) {
    std::size_t line = 1;
    while (!text.empty()) {
        const std::size_t bytes = base::utf8_sequence_bytes(text);
        if (bytes == 0) return line;
        const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
        // U+FFFE and U+FFFF of each plane; U+FDD0 to U+FDEF.
        const bool ends_plane = bytes >= 3 && byte(bytes - 1) >= 0xbe && byte(bytes - 2) == 0xbf &&
                                (byte(bytes - 3) & 0x0f) == 0x0f && (bytes == 4 || byte(0) == 0xef);
        const bool is_inner =
            bytes == 3 && byte(0) == 0xef && byte(1) == 0xb7 && byte(2) >= 0x90 && byte(2) <= 0xaf;
        if (ends_plane || is_inner) return line;
        if (text[0] == '\n') ++line;
        text.remove_prefix(bytes);
    }
    return 0;
}

// The reason why the text must not be given to toml++, with its line; nothing when there is none.
std::optional<std::pair<std::size_t, std::string>> text_fault(std::string_view text) {
    if (text.size() > config_bytes_max) {
        return {{1, "the file is larger than " + std::to_string(config_bytes_max) + " bytes"}};
    }
    if (const std::size_t line = too_long_line(text); line > 0) {
        return {
            {line, "the line is longer than " + std::to_string(config_line_bytes_max) + " bytes"}};
    }
    if (const std::size_t line = line_of_bad_text(text); line > 0) {
        return {{line,
                 "the line has bytes that are not UTF-8, or a code point that is not a "
                 "character"}};
    }
    return std::nullopt;
}

}  // namespace

Reading read_rows(std::string_view text, std::string_view file, std::span<const BoundRow> rows,
                  const std::function<std::vector<Conflict>()>& conflicts) {
    // Looked up with the first file: a daemon that has given up its rights cannot do it later.
    static const std::string name = system_name();
    Reader reader(file, rows);
    if (auto fault = text_fault(text)) {
        reader.add_fault(fault->first, std::move(fault->second));
        return reader.result();
    }
    const auto parsed = toml::parse(text);
    if (!parsed.succeeded()) {
        std::string words = "this is not TOML: ";
        base::append_printable(words, parsed.error().description(), 200);
        reader.add_fault(parsed.error().source().begin.line, std::move(words));
        return reader.result();
    }
    reader.read(parsed.table());
    for (const auto& conflict : conflicts()) reader.add_conflict(parsed.table(), conflict);
    reader.take_system_name(parsed.table(), name);
    return reader.result();
}

// Read like a user's file; a key that refuses its own default is our mistake.
void store_defaults(std::span<const BoundRow> rows) {
    for (const BoundRow& row : rows) {
        if (row.key->standard.empty()) continue;
        const auto parsed = toml::parse("value = " + row.key->standard);
        TURNAWAY_CHECK(parsed.succeeded());
        const auto stored = store_value(*row.key, *parsed.table().get("value"), row.slot);
        TURNAWAY_CHECK(stored.has_value());
    }
}

std::vector<std::string> restart_keys(std::span<const BoundRow> before,
                                      std::span<const BoundRow> after) {
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const Key& key = *before[i].key;
        if (key.needs_restart && !holds_same(before[i].slot, after[i].slot)) {
            keys.push_back(key.label());
        }
    }
    return keys;
}

void keep_restart_values(std::span<const BoundRow> before, std::span<const BoundRow> after) {
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (before[i].key->needs_restart) copy_value(before[i].slot, after[i].slot);
    }
}

std::string file_name(const std::string& path) {
    return path == "-" ? "standard input" : path;
}

base::Result<std::string> file_text(const std::string& path) {
    const bool is_standard = path == "-";
    errno = 0;
    std::ifstream opened;
    if (!is_standard) opened.open(path, std::ios::binary);
    if (!opened) return base::fail_errno(base::Fault::no_input, path);
    std::istream& file = is_standard ? std::cin : opened;
    std::string text;
    std::array<char, 4096> buffer{};
    while (text.size() <= config_bytes_max &&
           (file.read(buffer.data(), buffer.size()) || file.gcount() > 0)) {
        text.append(buffer.data(), static_cast<std::size_t>(file.gcount()));
    }
    if (file.bad() || (!file.eof() && text.size() <= config_bytes_max)) {
        return base::fail_errno(base::Fault::no_input, file_name(path), errno == 0 ? EIO : errno);
    }
    return text;
}

}  // namespace turnaway::settings
