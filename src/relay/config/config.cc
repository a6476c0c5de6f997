#include "relay/config/config.h"

#include <netdb.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

#include "base/check.h"
#include "base/printable.h"
#include "base/text.h"
#include "relay/config/config_value.h"
#include "relay/config/nearest_word.h"

namespace turnaway::relay {

namespace {

// gethostname may give the short name; the resolver's canonical name is the full one, when there is
// one. Asked once: it may take DNS.
std::string system_host_name() {
    std::array<char, 256> buffer{};
    if (gethostname(buffer.data(), buffer.size() - 1) != 0) return {};
    std::string name = buffer.data();
    if (name.find('.') != std::string::npos) return name;
    addrinfo hints{};
    hints.ai_flags = AI_CANONNAME;
    addrinfo* found = nullptr;
    if (getaddrinfo(name.c_str(), nullptr, &hints, &found) == 0) {
        const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, &freeaddrinfo);
        if (found->ai_canonname != nullptr) name = found->ai_canonname;
    }
    return name;
}

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

class Reader {
  public:
    explicit Reader(std::string_view file) : file_(file) {}

    void add_fault(std::size_t line, std::string_view text) {
        faults_.emplace_back(line, std::string(text));
    }

    void read(const toml::table& document, Config& config) {
        for (const auto& [name, node] : document) {
            const auto line = key_line(name);
            if (const toml::table* table = node.as_table(); table && is_section(name.str())) {
                read_section(name.str(), *table, config);
            } else if (is_section(name.str())) {
                add_fault(line, place_of("", name.str()) + ": is a section; allowed: [" +
                                    std::string(name.str()) + "] on a line of its own");
            } else if (node.is_table()) {
                add_fault(line, '[' + place_of("", name.str()) + "]: there is no such section" +
                                    nearest_section(name.str()));
            } else {
                read_key("", name, node, config);
            }
        }
    }

    // What no single row can see.
    void check_whole(const toml::table& document, const Config& config) {
        if ((config.tls.cert.empty()) != (config.tls.key.empty())) {
            const bool has_cert = !config.tls.cert.empty();
            add_at(document, "tls", has_cert ? "cert" : "key",
                   has_cert ? "needs [tls] key too" : "needs [tls] cert too");
        }
        if (config.lifetime.retry_first > config.lifetime.retry_max) {
            add_at(document, "lifetime", "retry_first", "is longer than [lifetime] retry_max");
        }
        if (config.spool.path.empty()) {
            add_at(document, "spool", "path", "the queue needs a folder");
        }
    }

    std::vector<std::string> faults() {
        std::ranges::sort(faults_);
        std::vector<std::string> lines;
        lines.reserve(faults_.size());
        for (const auto& [line, text] : faults_) {
            lines.push_back(std::string(file_) + ':' + std::to_string(line) + ": " + text);
        }
        return lines;
    }

  private:
    static std::size_t key_line(const toml::key& key) { return key.source().begin.line; }

    static bool is_section(std::string_view name) {
        return !name.empty() && std::ranges::any_of(schema(), [name](const Row& row) {
            return row.section == name;
        });
    }

    static std::string nearest_section(std::string_view name) {
        std::vector<std::string_view> sections;
        for (const Row& row : schema()) {
            if (!row.section.empty()) sections.push_back(row.section);
        }
        const auto near = nearest_word(name, sections);
        return near ? "; did you mean [" + std::string(*near) + "]?" : "";
    }

    // In this section first, then the same word in another one.
    static std::string nearest_key(std::string_view section, std::string_view key) {
        std::vector<std::string_view> keys;
        for (const Row& row : schema()) {
            if (row.section == section && row.form != Form::routes) keys.push_back(row.key);
        }
        if (const auto near = nearest_word(key, keys)) {
            return "; did you mean " + find_row(section, *near)->label() + '?';
        }
        for (const Row& row : schema()) {
            if (row.key == key) return "; did you mean " + row.label() + '?';
        }
        std::string text = "; allowed: ";
        for (const std::string_view word : keys) {
            if (word != keys.front()) text += ", ";
            text += word;
        }
        return text;
    }

    void read_section(std::string_view section, const toml::table& table, Config& config) {
        for (const auto& [key, node] : table) {
            if (section != "route") {
                read_key(section, key, node, config);
                continue;
            }
            if (const auto stored = store_route(key.str(), node, config.route); !stored) {
                // example.org without quotes is a table in a table, which nobody expects.
                const bool is_unquoted = node.is_table();
                add_fault(key_line(key),
                          place_of(section, key.str()) + ": " + stored.error() + "; allowed: " +
                              (is_unquoted ? "the domain in quotes: \"example.org\" = \"host:25\""
                                           : find_row("route", "*")->allowed()));
            }
        }
    }

    void read_key(std::string_view section, const toml::key& key, const toml::node& node,
                  Config& config) {
        const std::string place = place_of(section, key.str());
        const Row* row = find_row(section, key.str());
        if (row == nullptr) {
            add_fault(key_line(key),
                      place + ": there is no such key" + nearest_key(section, key.str()));
            return;
        }
        if (const auto stored = store_value(*row, node, config); !stored) {
            add_fault(key_line(key),
                      place + ": " + stored.error() + "; allowed: " + row->allowed());
        }
    }

    void add_at(const toml::table& document, std::string_view section, std::string_view key,
                std::string_view wrong) {
        const toml::node* node = document[section][key].node();
        const std::size_t line = node == nullptr ? 0 : node->source().begin.line;
        const Row* row = find_row(section, key);
        add_fault(std::max<std::size_t>(line, 1),
                  row->label() + ": " + std::string(wrong) + "; allowed: " + row->allowed());
    }

    std::string_view file_;
    std::vector<std::pair<std::size_t, std::string>> faults_;
};

// The defaults, read as a user's file would be; a row that refuses its own default is our mistake.
Config make_defaults() {
    Config config;
    for (const Row& row : schema()) {
        if (row.standard.empty()) continue;
        const auto parsed = toml::parse("value = " + row.standard);
        TURNAWAY_CHECK(parsed.succeeded());
        const auto stored = store_value(row, *parsed.table().get("value"), config);
        TURNAWAY_CHECK(stored.has_value());
    }
    return config;
}

// The line that is longer than a line may be, or 0.
std::size_t too_long_line(std::string_view text) {
    for (std::size_t line = 1; !text.empty(); ++line) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        if (end > config_line_bytes_max) return line;
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return 0;
}

// What toml++ must not see: 3.3.0 has undefined behaviour for U+FFFE and its like. 0: all is well.
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

}  // namespace

std::expected<Config, std::vector<std::string>> parse_config(std::string_view text,
                                                             std::string_view file) {
    static const Config defaults = make_defaults();
    static const std::string system_name = system_host_name();
    Reader reader(file);
    if (text.size() > config_bytes_max) {
        reader.add_fault(1,
                         "the file is larger than " + std::to_string(config_bytes_max) + " bytes");
        return std::unexpected(reader.faults());
    }
    if (const std::size_t line = too_long_line(text); line > 0) {
        reader.add_fault(
            line, "the line is longer than " + std::to_string(config_line_bytes_max) + " bytes");
        return std::unexpected(reader.faults());
    }
    if (const std::size_t line = line_of_bad_text(text); line > 0) {
        reader.add_fault(line,
                         "holds bytes that are not UTF-8, or a code point that is not a character");
        return std::unexpected(reader.faults());
    }
    const auto parsed = toml::parse(text);
    if (!parsed.succeeded()) {
        std::string words;
        base::append_printable(words, parsed.error().description(), 200);
        reader.add_fault(parsed.error().source().begin.line, "this is not TOML: " + words);
        return std::unexpected(reader.faults());
    }
    Config config = defaults;
    reader.read(parsed.table(), config);
    reader.check_whole(parsed.table(), config);
    if (!parsed.table().contains("hostname")) {
        auto name = mail::Domain::parse(system_name);
        if (name && !name->is_root()) {
            config.process.hostname = *std::move(name);
        } else {
            reader.add_fault(1, "hostname: the system's own name is not a domain; allowed: " +
                                    find_row("", "hostname")->allowed());
        }
    }
    if (auto faults = reader.faults(); !faults.empty()) return std::unexpected(std::move(faults));
    return config;
}

base::Result<Config> read_config(const std::string& given_path) {
    const bool is_standard = given_path == "-";
    const std::string path = is_standard ? "standard input" : given_path;
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
        return base::fail_errno(base::Fault::no_input, path, errno == 0 ? EIO : errno);
    }
    auto config = parse_config(text, path);
    if (config) return *std::move(config);
    std::string message;
    for (const std::string& fault : config.error()) {
        if (!message.empty()) message += '\n';
        message += fault;
    }
    return base::fail(base::Fault::config, std::move(message));
}

mail::Address Config::report_from() const {
    if (report.from) return *report.from;
    auto address = mail::Address::parse("postmaster@" + hostname().text());
    TURNAWAY_CHECK(address.has_value());  // the hostname is a checked name
    return *std::move(address);
}

std::vector<std::string> restart_keys(const Config& old_config, const Config& new_config) {
    // An access gives a place to write; it is only read here.
    Config before = old_config;
    Config after = new_config;
    std::vector<std::string> keys;
    for (const Row& row : schema()) {
        const bool is_same =
            std::visit([&](auto access) { return access(before) == access(after); }, row.place);
        if (row.needs_restart && !is_same) keys.push_back(row.label());
    }
    return keys;
}

Config keep_restart_values(const Config& old_config, Config new_config) {
    Config before = old_config;
    for (const Row& row : schema()) {
        if (!row.needs_restart) continue;
        std::visit([&](auto access) { access(new_config) = access(before); }, row.place);
    }
    return new_config;
}

}  // namespace turnaway::relay
