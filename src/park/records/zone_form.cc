// A plan as lines of a zone file (RFC 1035 section 5.1) and as a table.
//
// Names are absolute, so that a line means the same wherever it is pasted.
#include <algorithm>

#include "park/records/form_part.h"

namespace turnaway::park {
namespace {

void append_padded(std::string& out, std::string_view text, std::size_t columns) {
    out += text;
    if (text.size() < columns) out.append(columns - text.size(), ' ');
}

}  // namespace

void append_zone_text(std::string& out, const Plan& plan, const FormSettings& settings) {
    append_comment(out, "; ", heading(plan) + '.', settings);
    append_advice(out, "; ", plan, settings);
    for (const auto& [zone, records] : records_by_zone(plan)) {
        if (zone != plan.records.front().zone) {
            append_comment(out, "; ", in_another_zone(zone), settings);
        }
        for (const Record* record : records) {
            append_comment(out, "; ", reason_of(*record), settings);
            out += zone_line(*record) + '\n';
        }
    }
}

void append_table(std::string& out, const Plan& plan, const FormSettings& settings) {
    append_comment(out, "", heading(plan), settings);
    std::size_t owner_columns = 0;
    for (const auto& record : plan.records) {
        owner_columns = std::max(owner_columns, record.owner().size());
    }
    constexpr std::size_t type_columns = 3;
    std::string zone = plan.records.empty() ? "" : plan.records.front().zone.text();
    for (const auto& record : plan.records) {
        if (record.zone.text() != zone) {
            zone = record.zone.text();
            append_comment(out, "", in_another_zone(record.zone), settings);
        }
        append_padded(out, record.owner(), owner_columns + 2);
        append_padded(out, name(record.type), type_columns + 2);
        append_padded(out, std::to_string(record.ttl_seconds), 7);
        out += presentation(record) + '\n';
        if (settings.wants_why) append_comment(out, "    ", reason_of(record), settings);
    }
    append_advice(out, "", plan, settings);
}

}  // namespace turnaway::park
