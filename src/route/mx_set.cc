#include "route/mx_set.h"

#include <algorithm>
#include <random>
#include <set>

#include "base/check.h"
#include "base/limits.h"

namespace turnaway::route {
namespace {

bool is_root(const MxRecord& record) {
    const auto* name = std::get_if<mail::Domain>(&record.exchange);
    return name != nullptr && name->is_root();
}

bool is_ours(const MxRecord& record, const RouteSettings& settings) {
    const auto* name = std::get_if<mail::Domain>(&record.exchange);
    return name != nullptr && settings.is_ours(*name);
}

// Removes the dots and records their meaning.
void read_dots(const mail::Domain& owner, std::vector<MxRecord>& records, MxSet& set) {
    const auto is_plain_null = [](const MxRecord& record) { return record.preference == 0; };
    const auto dots = std::ranges::count_if(records, is_root);
    if (dots == 0) return;
    set.is_null = static_cast<std::size_t>(dots) == records.size();
    if (!set.is_null || dots > 1) {
        set.notes.push_back({NoteKind::malformed_null_mx, owner.text()});
    }
    if (set.is_null && !std::ranges::all_of(records, is_plain_null)) {
        set.notes.push_back({NoteKind::null_mx_preference, owner.text()});
    }
    std::erase_if(records, is_root);
}

// `records` is sorted: the first record of an exchange is its best.
void drop_repeated(std::vector<MxRecord>& records) {
    std::set<MxExchange> seen;
    std::erase_if(records,
                  [&](const MxRecord& record) { return !seen.insert(record.exchange).second; });
}

void shuffle_equals(std::vector<MxRecord>& records, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (auto first = records.begin(); first != records.end();) {
        const auto last = std::find_if(first, records.end(), [&](const MxRecord& record) {
            return record.preference != first->preference;
        });
        std::shuffle(first, last, random);
        first = last;
    }
}

}  // namespace

bool is_null_mx(const DnsAnswer& answer) {
    return answer.outcome == DnsOutcome::answered && !answer.mx.empty() &&
           std::ranges::all_of(answer.mx, is_root);
}

MxSet read_mx(const mail::Domain& owner, std::vector<MxRecord> records,
              const RouteSettings& settings, std::uint64_t shuffle_seed) {
    TURNAWAY_CHECK(!records.empty());
    MxSet set;
    read_dots(owner, records, set);
    std::ranges::sort(records);
    drop_repeated(records);
    const auto us = std::ranges::find_if(
        records, [&](const MxRecord& record) { return is_ours(record, settings); });
    if (us != records.end()) {
        const std::uint16_t preference = us->preference;
        set.our_preference = preference;
        std::erase_if(records,
                      [&](const MxRecord& record) { return record.preference >= preference; });
    }
    shuffle_equals(records, shuffle_seed);
    if (records.size() > base::limits::route_mx_max) {
        records.erase(records.begin() + base::limits::route_mx_max, records.end());
        set.notes.push_back({NoteKind::too_many_mx, owner.text()});
    }
    set.records = std::move(records);
    return set;
}

}  // namespace turnaway::route
