#include "settings/key.h"

#include <chrono>

#include "base/duration.h"
#include "base/printable.h"

namespace turnaway::settings {

namespace {

std::string duration_of(std::uint64_t seconds) {
    return base::duration_text(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

std::string choices_of(const Key& key) {
    std::string text;
    for (std::size_t i = 0; i < key.choices.size(); ++i) {
        if (i > 0) text += i + 1 == key.choices.size() ? " or " : ", ";
        text += key.choices[i];
    }
    return text;
}

void add_member(std::string& out, std::string_view key, std::string_view value) {
    base::append_json_string(out, key);
    out += ':';
    base::append_json_string(out, value);
    out += ',';
}

}  // namespace

std::string_view name(Form form) {
    switch (form) {
        case Form::text:
            return "text";
        case Form::path:
            return "path";
        case Form::flag:
            return "flag";
        case Form::number:
            return "number";
        case Form::bytes:
            return "bytes";
        case Form::duration:
            return "duration";
        case Form::choice:
            return "choice";
        case Form::domain:
            return "domain";
        case Form::domains:
            return "domains";
        case Form::host_names:
            return "host-names";
        case Form::mailbox:
            return "mailbox";
        case Form::recipients:
            return "recipients";
        case Form::addresses:
            return "addresses";
        case Form::networks:
            return "networks";
        case Form::endpoint:
            return "endpoint";
        case Form::endpoints:
            return "endpoints";
        case Form::listeners:
            return "listeners";
        case Form::words:
            return "words";
        case Form::name_servers:
            return "name-servers";
        case Form::zone_lines:
            return "zone-lines";
        case Form::routes:
            return "routes";
    }
    return "";
}

std::string Key::kind() const {
    switch (form) {
        case Form::text:
            return "a string of one line";
        case Form::path:
            return "an absolute path, or \"\"";
        case Form::flag:
            return "true or false";
        case Form::number:
            return "a number from " + std::to_string(min) + " to " + std::to_string(max);
        case Form::bytes:
            return "a size from " + std::to_string(min) + " to " + std::to_string(max) + " bytes";
        case Form::duration:
            return "a time from " + duration_of(min) + " to " + duration_of(max);
        case Form::choice:
            return choices_of(*this);
        case Form::domain:
            return "a domain name";
        case Form::domains:
            return "a list of domain names";
        case Form::host_names:
            return "a list of host names";
        case Form::mailbox:
            return "an e-mail address, or \"\"";
        case Form::recipients:
            return "an absolute path, \"verify\", or \"\"";
        case Form::addresses:
            return "a list of IP addresses";
        case Form::networks:
            return "a list of networks";
        case Form::endpoint:
            return "an IP address with a port, or \"\"";
        case Form::endpoints:
            return "a list of IP addresses with a port";
        case Form::listeners:
            return "a list of IP addresses with a port and of absolute paths";
        case Form::words:
            return "a list of strings";
        case Form::name_servers:
            return "a list of IP addresses";
        case Form::zone_lines:
            return "a list of zone lines";
        case Form::routes:
            return "a host or IP address with a port";
    }
    return "";
}

std::string Key::examples() const {
    switch (form) {
        case Form::bytes:
            return R"(50000000, "50MB" or "48MiB")";
        case Form::duration:
            return R"("90s", "5m", "4h" or "5d")";
        case Form::host_names:
            return R"("www.example.org", or ".servers.example.org" for every name below it)";
        case Form::mailbox:
            return R"("ops@example.org")";
        case Form::addresses:
            return R"("192.0.2.1" or "2001:db8::1")";
        case Form::networks:
            return R"("192.0.2.0/24", "2001:db8::/32" or "192.0.2.1")";
        case Form::endpoint:
            return R"("127.0.0.1:9526" or "[::1]:9526")";
        case Form::endpoints:
            return R"("127.0.0.1:25" or "[::1]:25")";
        case Form::listeners:
            return R"("127.0.0.1:10040", "[::1]:10040" or "/run/turnaway/policy.sock")";
        case Form::name_servers:
            return R"("192.0.2.53" or "127.0.0.1@5353")";
        case Form::zone_lines:
            return R"("host.example. 60 IN A 192.0.2.1")";
        case Form::routes:
            return R"("mx.example.org:25", "127.0.0.1:2526" or "[::1]:25")";
        case Form::text:
        case Form::path:
        case Form::flag:
        case Form::number:
        case Form::choice:
        case Form::domain:
        case Form::domains:
        case Form::recipients:
        case Form::words:
            return "";
    }
    return "";
}

std::string Key::allowed() const {
    const std::string such = examples();
    return such.empty() ? kind() : kind() + ", such as " + such;
}

std::string Key::label() const {
    if (section.empty()) return std::string(key);
    return '[' + std::string(section) + "] " + std::string(key);
}

std::string listing_json(std::span<const Key* const> keys) {
    std::string out = "[\n";
    for (const Key* key : keys) {
        if (key != keys.front()) out += ",\n";
        out += '{';
        add_member(out, "section", key->section);
        add_member(out, "section_description", key->section_description);
        add_member(out, "key", key->key);
        add_member(out, "form", name(key->form));
        add_member(out, "allowed", key->allowed());
        add_member(out, "default", key->standard);
        add_member(out, "example", key->example);
        add_member(out, "description", key->description);
        out += "\"needs_restart\":";
        out += key->needs_restart ? "true}" : "false}";
    }
    return out + "\n]\n";
}

std::string listing_text(std::span<const Key* const> keys) {
    std::string out;
    std::string_view section;
    for (const Key* key : keys) {
        if (key->section != section) {
            section = key->section;
            out += "\n[" + std::string(section) + "]\n";
        }
        out += std::string(key->key) + " = ";
        out += key->standard.empty() ? "(the system's full name)" : key->standard;
        out += "\n    " + std::string(key->description) + "\n    Allowed: " + key->allowed();
        out += key->needs_restart ? ". A change needs a restart.\n" : ".\n";
    }
    return out;
}

}  // namespace turnaway::settings
