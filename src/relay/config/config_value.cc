#include "relay/config/config_value.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "base/duration.h"
#include "base/printable.h"
#include "base/text.h"
#include "relay/config/config_address.h"

namespace turnaway::relay {

namespace {

using Wrong = std::unexpected<std::string>;

std::string shown(std::string_view text) {
    constexpr std::size_t shown_bytes_max = 80;
    std::string out = "\"";
    base::append_printable(out, text, shown_bytes_max);
    return out + '"';
}

std::string_view kind_of(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::string:
            return "a text";
        case toml::node_type::integer:
            return "a number";
        case toml::node_type::floating_point:
            return "a number with a fraction";
        case toml::node_type::boolean:
            return "true or false";
        default:
            return "a date or time";
    }
}

Wrong wrong_kind(const toml::node& node) {
    return Wrong(std::string(kind_of(node)) + " cannot stand here");
}

struct ByteUnit {
    std::string_view name;
    std::uint64_t bytes;
};
constexpr std::array byte_units{
    ByteUnit{"KiB", 1ULL << 10},
    ByteUnit{"MiB", 1ULL << 20},
    ByteUnit{"GiB", 1ULL << 30},
    ByteUnit{"kB", 1000},
    ByteUnit{"MB", 1'000'000},
    ByteUnit{"GB", 1'000'000'000},
    ByteUnit{"B", 1},
};

std::optional<std::uint64_t> parse_bytes(std::string_view text) {
    std::uint64_t scale = 1;
    for (const ByteUnit& unit : byte_units) {
        if (text.size() > unit.name.size() &&
            base::equal_no_case(text.substr(text.size() - unit.name.size()), unit.name)) {
            scale = unit.bytes;
            text = base::trim(text.substr(0, text.size() - unit.name.size()));
            break;
        }
    }
    const auto number = base::parse_unsigned(text, UINT64_MAX / scale);
    if (!number) return std::nullopt;
    return *number * scale;
}

// A number in the row's range, from a TOML number or, where the form has one, a text.
std::expected<std::uint64_t, std::string> number_of(const Row& row, const toml::node& node) {
    std::uint64_t value = 0;
    std::string as_written;
    if (const auto* integer = node.as_integer()) {
        as_written = std::to_string(integer->get());
        if (integer->get() < 0) return Wrong(as_written + " is out of range");
        value = static_cast<std::uint64_t>(integer->get());
    } else if (const auto* text = node.as_string(); text != nullptr && row.form != Form::number) {
        as_written = shown(text->get());
        std::optional<std::uint64_t> number;
        if (row.form == Form::bytes) {
            number = parse_bytes(text->get());
        } else if (const auto time = base::parse_duration(text->get())) {
            number = static_cast<std::uint64_t>(time->count());
        }
        if (!number) {
            return Wrong(as_written +
                         (row.form == Form::bytes ? " is not a size" : " is not a time"));
        }
        value = *number;
    } else {
        return Wrong(wrong_kind(node));
    }
    if (value < row.least || value > row.most) return Wrong(as_written + " is out of range");
    return value;
}

std::expected<std::string_view, std::string> text_of(const toml::node& node) {
    const auto* text = node.as_string();
    if (text == nullptr) return Wrong(wrong_kind(node));
    const std::string_view value = text->get();
    if (std::ranges::any_of(value, base::is_control)) {
        return Wrong(shown(value) + " has a control character or several lines");
    }
    return value;
}

std::expected<mail::Domain, std::string> domain_of(std::string_view text) {
    auto domain = mail::Domain::parse(text);
    if (!domain) {
        return Wrong(shown(text) +
                     " is not a domain: " + std::string(mail::describe(domain.error())));
    }
    if (domain->is_root()) return Wrong(shown(text) + " is the root, not a domain");
    return *std::move(domain);
}

Stored put_text(const Row& row, const toml::node& node, std::string& place) {
    const auto text = text_of(node);
    if (!text) return Wrong(text.error());
    if (row.form == Form::recipients && *text != "verify" && !text->empty() &&
        text->front() != '/') {
        return Wrong(shown(*text) + " is neither \"verify\" nor an absolute path");
    }
    if (row.form == Form::path && !text->empty() && text->front() != '/') {
        return Wrong(shown(*text) + " does not begin with a slash");
    }
    place = *text;
    return {};
}

Stored put(const Row& row, const toml::node& node, std::string& place) {
    return put_text(row, node, place);
}

Stored put(const Row&, const toml::node& node, bool& place) {
    const auto* flag = node.as_boolean();
    if (flag == nullptr) return Wrong(wrong_kind(node));
    place = flag->get();
    return {};
}

template <class Number>
    requires std::is_integral_v<Number>
Stored put(const Row& row, const toml::node& node, Number& place) {
    const auto number = number_of(row, node);
    if (!number) return Wrong(number.error());
    place = static_cast<Number>(*number);  // the row's range fits
    return {};
}

Stored put(const Row& row, const toml::node& node, std::chrono::seconds& place) {
    const auto number = number_of(row, node);
    if (!number) return Wrong(number.error());
    place = std::chrono::seconds(static_cast<std::int64_t>(*number));
    return {};
}

template <class Choice>
    requires std::is_enum_v<Choice>
Stored put(const Row& row, const toml::node& node, Choice& place) {
    std::string word;
    if (const auto* integer = node.as_integer()) {
        word = std::to_string(integer->get());
    } else if (const auto* text = node.as_string()) {
        word = text->get();
    } else {
        return wrong_kind(node);
    }
    const auto found = std::ranges::find(row.choices, word);
    if (found == row.choices.end()) return Wrong(shown(word) + " is not one of the choices");
    place = static_cast<Choice>(found - row.choices.begin());
    return {};
}

Stored put(const Row&, const toml::node& node, mail::Domain& place) {
    const auto text = text_of(node);
    if (!text) return Wrong(text.error());
    auto domain = domain_of(*text);
    if (!domain) return Wrong(domain.error());
    place = *std::move(domain);
    return {};
}

// A list whose items are each made by `make`; the first wrong item is told.
template <class Item, class Make>
Stored put_list(const toml::node& node, std::vector<Item>& place, Make make) {
    const auto* list = node.as_array();
    if (list == nullptr) return wrong_kind(node);
    std::vector<Item> items;
    for (const toml::node& entry : *list) {
        const auto text = text_of(entry);
        if (!text) return Wrong("in the list: " + text.error());
        std::expected<Item, std::string> item = make(*text);
        if (!item) return Wrong(item.error());
        if (std::ranges::find(items, *item) != items.end()) {
            return Wrong(shown(*text) + " stands twice");
        }
        items.push_back(*std::move(item));
    }
    place = std::move(items);
    return {};
}

Stored put(const Row&, const toml::node& node, std::vector<mail::Domain>& place) {
    return put_list(node, place, domain_of);
}

Stored put(const Row&, const toml::node& node, HostNames& place) {
    using Suffixed = std::pair<mail::Domain, bool>;
    std::vector<Suffixed> entries;
    auto stored =
        put_list(node, entries, [](std::string_view text) -> std::expected<Suffixed, std::string> {
            const bool is_suffix = text.size() > 1 && text.front() == '.';
            auto domain = domain_of(is_suffix ? text.substr(1) : text);
            if (!domain) return Wrong(domain.error());
            return Suffixed{*std::move(domain), is_suffix};
        });
    if (!stored) return stored;
    place = {};
    for (auto& [domain, is_suffix] : entries) {
        (is_suffix ? place.suffixes : place.names).push_back(std::move(domain));
    }
    return {};
}

Stored put(const Row& row, const toml::node& node, std::vector<std::string>& place) {
    return put_list(node, place,
                    [&row](std::string_view text) -> std::expected<std::string, std::string> {
                        if (row.form == Form::networks) {
                            if (const auto fault = network_fault(text)) {
                                return Wrong(shown(text) + ' ' + *fault);
                            }
                        } else if (base::trim(text).empty()) {
                            return Wrong("an empty line says nothing");
                        }
                        return std::string(text);
                    });
}

Stored put(const Row&, const toml::node& node, std::vector<route::IpAddress>& place) {
    return put_list(node, place,
                    [](std::string_view text) -> std::expected<route::IpAddress, std::string> {
                        if (const auto address = route::IpAddress::parse(text)) return *address;
                        return Wrong(shown(text) + " is not an IP address");
                    });
}

Stored put(const Row&, const toml::node& node, std::optional<mail::Address>& place) {
    const auto text = text_of(node);
    if (!text) return Wrong(text.error());
    place.reset();
    if (text->empty()) return {};
    auto address = mail::Address::parse(*text);
    if (!address) {
        return Wrong(shown(*text) +
                     " is not an address: " + std::string(mail::describe(address.error())));
    }
    // Mail for it comes from clients that know nothing of SMTPUTF8.
    if (address->needs_smtputf8()) return Wrong(shown(*text) + " is not all ASCII before the @");
    place = *std::move(address);
    return {};
}

Stored put(const Row& row, const toml::node& node, std::vector<Endpoint>& place) {
    const bool is_name_server = row.form == Form::name_servers;
    auto stored =
        put_list(node, place, [&](std::string_view text) -> std::expected<Endpoint, std::string> {
            const auto endpoint = is_name_server ? parse_name_server(text) : parse_endpoint(text);
            if (endpoint) return *endpoint;
            return Wrong(shown(text) + (is_name_server ? " is not the address of a name server"
                                                       : " is not an address with a port"));
        });
    if (stored && !is_name_server && place.empty()) return Wrong("the list is empty");
    return stored;
}

Stored put(const Row&, const toml::node& node, std::optional<Endpoint>& place) {
    const auto text = text_of(node);
    if (!text) return Wrong(text.error());
    const auto endpoint = parse_endpoint(*text);
    if (!endpoint && !text->empty()) return Wrong(shown(*text) + " is not an address with a port");
    place = endpoint;
    return {};
}

Stored put(const Row&, const toml::node& node, RouteConfig& place) {
    const auto* table = node.as_table();
    if (table == nullptr) return wrong_kind(node);
    for (const auto& [domain, target] : *table) {
        if (auto stored = store_route(domain.str(), target, place); !stored) return stored;
    }
    return {};
}

}  // namespace

Stored store_value(const Row& row, const toml::node& node, Config& config) {
    return std::visit([&](auto access) { return put(row, node, access(config)); }, row.place);
}

Stored store_route(std::string_view domain, const toml::node& node, RouteConfig& routes) {
    const auto text = text_of(node);
    if (!text) return Wrong(text.error());
    auto target = parse_route_target(*text);
    if (!target) return Wrong(shown(*text) + " is not a host with a port");
    if (domain == "*") {
        routes.smarthost = *std::move(target);
        return {};
    }
    auto name = domain_of(domain);
    if (!name) return Wrong(name.error());
    if (!routes.by_domain.emplace(*std::move(name), *std::move(target)).second) {
        return Wrong("the domain stands twice");
    }
    return {};
}

}  // namespace turnaway::relay
