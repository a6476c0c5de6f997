#include "settings/value.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "base/duration.h"
#include "base/text.h"
#include "settings/network_fault.h"
#include "settings/text.h"

namespace turnaway::settings {

namespace {

using Wrong = std::unexpected<std::string>;
template <class Value>
using Made = std::expected<Value, std::string>;  // or what is wrong with the text

// The value as a user would describe it: `the number 7`, `a list`.
std::string given(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::table:
            return "a table";
        case toml::node_type::array:
            return "a list";
        case toml::node_type::string:
            return "the string " + shown(node.as_string()->get());
        case toml::node_type::integer:
            return "the number " + std::to_string(node.as_integer()->get());
        case toml::node_type::floating_point:
            return "a number with a decimal point";
        case toml::node_type::boolean:
            return node.as_boolean()->get() ? "true" : "false";
        default:
            return "a date or time";
    }
}

// The value is of the wrong kind, or out of range.
Wrong must_be(const Key& key, const std::string& what) {
    const std::string examples = key.examples();
    return Wrong("must be " + key.kind() + ", not " + what +
                 (examples.empty() ? "" : "; for example " + examples));
}

Wrong must_be(const Key& key, const toml::node& node) {
    return must_be(key, given(node));
}

// The value is of the right kind, but wrong because of `why`.
Wrong wrong(const Key& key, const std::string& why) {
    return Wrong(why + "; must be " + key.allowed());
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

// A number in the key's range, from a TOML number or, if the form has one, a string.
Made<std::uint64_t> number_of(const Key& key, const toml::node& node) {
    std::uint64_t value = 0;
    if (const auto* integer = node.as_integer()) {
        if (integer->get() < 0) return must_be(key, node);
        value = static_cast<std::uint64_t>(integer->get());
    } else if (const auto* text = node.as_string(); text != nullptr && key.form != Form::number) {
        std::optional<std::uint64_t> number;
        if (key.form == Form::bytes) {
            number = parse_bytes(text->get());
        } else if (const auto time = base::parse_duration(text->get())) {
            number = static_cast<std::uint64_t>(time->count());
        }
        if (!number) return must_be(key, node);
        value = *number;
    } else {
        return must_be(key, node);
    }
    if (value < key.min || value > key.max) return must_be(key, node);
    return value;
}

Made<std::string_view> text_of(const Key& key, const toml::node& node) {
    const auto* text = node.as_string();
    if (text == nullptr) return must_be(key, node);
    const std::string_view value = text->get();
    if (std::ranges::any_of(value, base::is_control)) {
        return wrong(key, shown(value) + " contains a line break or another control character");
    }
    return value;
}

Stored put(const Key& key, const toml::node& node, std::string& place) {
    const auto text = text_of(key, node);
    if (!text) return Wrong(text.error());
    const bool is_path =
        key.form == Form::path || (key.form == Form::recipients && *text != "verify");
    if (is_path && !text->empty() && text->front() != '/') return must_be(key, node);
    place = *text;
    return {};
}

Stored put(const Key& key, const toml::node& node, bool& place) {
    const auto* flag = node.as_boolean();
    if (flag == nullptr) return must_be(key, node);
    place = flag->get();
    return {};
}

template <class Number>
    requires std::is_integral_v<Number>
Stored put(const Key& key, const toml::node& node, Number& place) {
    const auto number = number_of(key, node);
    if (!number) return Wrong(number.error());
    place = static_cast<Number>(*number);  // the key's range fits
    return {};
}

Stored put(const Key& key, const toml::node& node, std::chrono::seconds& place) {
    const auto number = number_of(key, node);
    if (!number) return Wrong(number.error());
    place = std::chrono::seconds(static_cast<std::int64_t>(*number));
    return {};
}

Stored put_choice(const Key& key, const toml::node& node, const ChoiceSlot& slot) {
    std::string word;
    if (const auto* integer = node.as_integer()) {
        word = std::to_string(integer->get());
    } else if (const auto* text = node.as_string()) {
        word = text->get();
    }
    const auto found = std::ranges::find(key.choices, word);
    if (word.empty() || found == key.choices.end()) return must_be(key, node);
    slot.set(static_cast<std::size_t>(found - key.choices.begin()));
    return {};
}

Stored put(const Key& key, const toml::node& node, mail::Domain& place) {
    const auto text = text_of(key, node);
    if (!text) return Wrong(text.error());
    auto domain = parse_domain(*text);
    if (!domain) return wrong(key, domain.error());
    place = *std::move(domain);
    return {};
}

// A list whose items are each made by `make`; the first wrong item is reported.
template <class Item, class Make>
Stored put_list(const Key& key, const toml::node& node, std::vector<Item>& place, Make make) {
    const auto* list = node.as_array();
    if (list == nullptr) return must_be(key, node);
    std::vector<Item> items;
    for (const toml::node& entry : *list) {
        if (!entry.is_string()) {
            return wrong(key, "the list contains " + given(entry) + " instead of a string");
        }
        const auto text = text_of(key, entry);
        if (!text) return Wrong(text.error());
        Made<Item> item = make(*text);
        if (!item) return wrong(key, item.error());
        if (std::ranges::find(items, *item) != items.end()) {
            return Wrong(shown(*text) + " is listed twice; remove one of them");
        }
        items.push_back(*std::move(item));
    }
    place = std::move(items);
    return {};
}

Stored put(const Key& key, const toml::node& node, std::vector<mail::Domain>& place) {
    return put_list(key, node, place, parse_domain);
}

Stored put(const Key& key, const toml::node& node, HostNames& place) {
    using Suffixed = std::pair<mail::Domain, bool>;
    std::vector<Suffixed> entries;
    auto stored = put_list(key, node, entries, [](std::string_view text) -> Made<Suffixed> {
        const bool is_suffix = text.size() > 1 && text.front() == '.';
        auto domain = parse_domain(is_suffix ? text.substr(1) : text);
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

Stored put(const Key& key, const toml::node& node, std::vector<std::string>& place) {
    return put_list(key, node, place, [](std::string_view text) -> Made<std::string> {
        if (base::trim(text).empty()) return Wrong("the list contains an empty string");
        return std::string(text);
    });
}

// One network may appear in two notations, so only equal texts are refused.
Stored put(const Key& key, const toml::node& node, std::vector<verdict::Network>& place) {
    std::vector<std::string> texts;
    auto stored = put_list(key, node, texts, [](std::string_view text) -> Made<std::string> {
        if (const auto fault = network_fault(text)) return Wrong(shown(text) + ' ' + *fault);
        return std::string(text);
    });
    if (!stored) return stored;
    place.clear();
    for (const auto& text : texts) place.push_back(verdict::Network::parse(text).value());
    return {};
}

Stored put(const Key& key, const toml::node& node, std::vector<route::IpAddress>& place) {
    return put_list(key, node, place, [](std::string_view text) -> Made<route::IpAddress> {
        if (const auto address = route::IpAddress::parse(text)) return *address;
        return Wrong(shown(text) + " is not an IP address");
    });
}

Stored put(const Key& key, const toml::node& node, std::optional<mail::Address>& place) {
    const auto text = text_of(key, node);
    if (!text) return Wrong(text.error());
    place.reset();
    if (text->empty()) return {};
    auto address = mail::Address::parse(*text);
    if (!address) {
        return wrong(key, shown(*text) + " is not an address: " +
                              std::string(mail::describe(address.error())));
    }
    // Mail for it comes from clients without SMTPUTF8.
    if (address->needs_smtputf8()) {
        return wrong(key, shown(*text) + " has characters other than ASCII before the @");
    }
    place = *std::move(address);
    return {};
}

Stored put(const Key& key, const toml::node& node, std::vector<Endpoint>& place) {
    const bool is_name_server = key.form == Form::name_servers;
    auto stored = put_list(key, node, place, [&](std::string_view text) -> Made<Endpoint> {
        const auto endpoint = is_name_server ? parse_name_server(text) : parse_endpoint(text);
        if (endpoint) return *endpoint;
        return Wrong(shown(text) + (is_name_server ? " is not the IP address of a name server"
                                                   : " is not an IP address with a port"));
    });
    if (stored && !is_name_server && place.empty()) return wrong(key, "the list is empty");
    return stored;
}

Stored put(const Key& key, const toml::node& node, std::vector<ListenPlace>& place) {
    return put_list(key, node, place, [](std::string_view text) -> Made<ListenPlace> {
        if (auto parsed = parse_listen_place(text)) return *std::move(parsed);
        return Wrong(shown(text) + " is not an IP address with a port, nor an absolute path");
    });
}

Stored put(const Key& key, const toml::node& node, std::optional<Endpoint>& place) {
    const auto text = text_of(key, node);
    if (!text) return Wrong(text.error());
    const auto endpoint = parse_endpoint(*text);
    if (!endpoint && !text->empty()) return must_be(key, node);
    place = endpoint;
    return {};
}

Stored put_made_up(const Key& key, const toml::node& node, const MadeUpSlot& slot) {
    const auto* table = node.as_table();
    if (table == nullptr) return must_be(key, node);
    for (const auto& [made_up, value] : *table) {
        if (auto stored = store_made_up(key, made_up.str(), value, slot); !stored) return stored;
    }
    return {};
}

// Without quotes, example.org is a table in a table, which users do not expect.
std::string with_dots(std::string_view made_up, const toml::table& table) {
    std::string name(made_up);
    for (const toml::table* at = &table; at != nullptr && !at->empty();) {
        const auto first = at->begin();  // what it gives lives as long as it does
        name += '.';
        name += first->first.str();
        at = first->second.as_table();
    }
    return name;
}

}  // namespace

Stored store_value(const Key& key, const toml::node& node, const Slot& slot) {
    return std::visit(
        [&](const auto& place) -> Stored {
            using Place = std::decay_t<decltype(place)>;
            if constexpr (std::is_same_v<Place, ChoiceSlot>) {
                return put_choice(key, node, place);
            } else if constexpr (std::is_same_v<Place, MadeUpSlot>) {
                return put_made_up(key, node, place);
            } else {
                return put(key, node, *place);
            }
        },
        slot);
}

Stored store_made_up(const Key& key, std::string_view made_up, const toml::node& node,
                     const MadeUpSlot& slot) {
    if (const auto* table = node.as_table()) {
        return Wrong("a name with dots must be in quotes: " + shown(with_dots(made_up, *table)) +
                     " = ...; the value must be " + key.allowed());
    }
    const auto text = text_of(key, node);
    if (!text) return Wrong(text.error());
    return slot.store(key, made_up, *text);
}

}  // namespace turnaway::settings
