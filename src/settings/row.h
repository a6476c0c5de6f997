// Row: a key and the slot of its value, in a section or in a whole configuration.
//
// A section has its own rows (`Rows<DnsConfig> dns_rows()`), and add_section() adds them to a
// daemon's configuration. Rows are an ordinary vector: a daemon leaves out rows of a shared
// section, or changes their defaults, before it adds the section.
#pragma once

#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "settings/key.h"
#include "settings/slot.h"

namespace turnaway::settings {

template <class Owner>
struct Row : Key {
    std::function<Slot(Owner&)> slot = {};
};
template <class Owner>
using Rows = std::vector<Row<Owner>>;

template <class Owner, class Value>
Row<Owner> row(Key key, Value Owner::* member) {
    return {std::move(key), [member](Owner& owner) { return slot_of(owner.*member); }};
}

// For a section whose keys the user chooses: all of them are one row.
template <MadeUpKeys Owner>
Row<Owner> made_up_row(Key key) {
    return {std::move(key), [](Owner& owner) { return slot_of(owner); }};
}

template <class Config, class Section>
void add_section(Rows<Config>& rows, Section Config::* section, Rows<Section> of_section,
                 std::string_view description = {}) {
    for (auto& each : of_section) {
        each.section_description = description;
        rows.push_back(
            {static_cast<Key&&>(each), [section, slot = std::move(each.slot)](Config& config) {
                 return slot(config.*section);
             }});
    }
}

// A row of one configuration, with the configuration.
struct BoundRow {
    const Key* key = nullptr;
    Slot slot;
};

template <class Config>
std::vector<BoundRow> bound_rows(const Rows<Config>& rows, Config& config) {
    std::vector<BoundRow> bound;
    bound.reserve(rows.size());
    for (const auto& row : rows) bound.push_back({&row, row.slot(config)});
    return bound;
}

}  // namespace turnaway::settings
