// The table of the settings as text: for messages, for people, for the check of the man page.
#include "base/duration.h"
#include "base/printable.h"
#include "relay/config/config_schema.h"

namespace turnaway::relay {

namespace {

std::string duration_of(std::uint64_t seconds) {
    return base::duration_text(std::chrono::seconds(static_cast<std::int64_t>(seconds)));
}

std::string choices_of(const Row& row) {
    std::string text;
    for (std::size_t i = 0; i < row.choices.size(); ++i) {
        if (i > 0) text += i + 1 == row.choices.size() ? " or " : ", ";
        text += row.choices[i];
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
        case Form::name_servers:
            return "name-servers";
        case Form::zone_lines:
            return "zone-lines";
        case Form::routes:
            return "routes";
    }
    return "";
}

std::string Row::allowed() const {
    switch (form) {
        case Form::text:
            return "a text of one line";
        case Form::path:
            return "an absolute path, or \"\"";
        case Form::flag:
            return "true or false";
        case Form::number:
            return "a number from " + std::to_string(least) + " to " + std::to_string(most);
        case Form::bytes:
            return "a size from " + std::to_string(least) + " to " + std::to_string(most) +
                   " bytes, such as 50000000, \"50MB\" or \"48MiB\"";
        case Form::duration:
            return "a time from " + duration_of(least) + " to " + duration_of(most) +
                   ", such as \"90s\", \"5m\", \"4h\" or \"5d\"";
        case Form::choice:
            return choices_of(*this);
        case Form::domain:
            return "a domain name";
        case Form::domains:
            return "a list of domain names";
        case Form::host_names:
            return "a list of host names such as \"www.example.org\", or \".servers.example.org\" "
                   "for "
                   "every name below it";
        case Form::mailbox:
            return "an address such as \"ops@example.org\", or \"\"";
        case Form::recipients:
            return "an absolute path, \"verify\", or \"\"";
        case Form::addresses:
            return "a list of addresses such as \"192.0.2.1\" or \"2001:db8::1\"";
        case Form::networks:
            return "a list of networks such as \"192.0.2.0/24\", \"2001:db8::/32\" or "
                   "\"192.0.2.1\"";
        case Form::endpoint:
            return "an address and port such as \"127.0.0.1:9526\" or \"[::1]:9526\", or \"\"";
        case Form::endpoints:
            return "a list of addresses with port such as \"127.0.0.1:25\" or \"[::1]:25\"";
        case Form::name_servers:
            return "a list of addresses such as \"192.0.2.53\" or \"127.0.0.1@5353\"";
        case Form::zone_lines:
            return "a list of zone lines such as \"host.example. 60 IN A 192.0.2.1\"";
        case Form::routes:
            return "a host or address with port such as \"mx.example.org:25\", "
                   "\"127.0.0.1:2526\" or \"[::1]:25\"";
    }
    return "";
}

std::string Row::label() const {
    if (section.empty()) return std::string(key);
    return '[' + std::string(section) + "] " + std::string(key);
}

std::string schema_json() {
    std::string out = "[\n";
    for (const Row& row : schema()) {
        if (&row != &schema().front()) out += ",\n";
        out += '{';
        add_member(out, "section", row.section);
        add_member(out, "key", row.key);
        add_member(out, "form", name(row.form));
        add_member(out, "allowed", row.allowed());
        add_member(out, "default", row.standard);
        add_member(out, "description", row.description);
        out += "\"needs_restart\":";
        out += row.needs_restart ? "true}" : "false}";
    }
    return out + "\n]\n";
}

std::string schema_listing() {
    std::string out;
    std::string_view section;
    for (const Row& row : schema()) {
        if (row.section != section) {
            section = row.section;
            out += "\n[" + std::string(section) + "]\n";
        }
        out += std::string(row.key) + " = ";
        out += row.standard.empty() ? "(the system's full name)" : row.standard;
        out += "\n    " + std::string(row.description) + "\n    Allowed: " + row.allowed();
        out += row.needs_restart ? ". A change needs a restart.\n" : ".\n";
    }
    return out;
}

}  // namespace turnaway::relay
