// A plan for DNS tools: octoDNS, DNSControl and nsupdate; and as JSON.
//
// octoDNS reads one file per zone, so several zones are several YAML documents, each with the file
// name in its first line; `;` is escaped as octoDNS requires (its docs/records.md), and keys are in
// the natural order that its loader enforces. It deletes everything that is not in its files, which
// each document mentions. DNSControl: D_EXTEND adds to a domain declared before, and the program
// splits long TXT. nsupdate: a record that must be alone replaces those of its name and type (RFC
// 2136 section 2.5.2); an SPF is only added.
#include <algorithm>
#include <map>

#include "base/printable.h"
#include "base/text.h"
#include "park/records/form_part.h"

namespace turnaway::park {
namespace {

// The name relative to the zone, as most tools expect it.
std::string relative_or_at(const Record& record) {
    return record.relative.empty() ? "@" : record.relative;
}

void append_octodns_value(std::string& out, const Record& record, std::string_view indent) {
    out += indent;
    if (record.type == RecordType::mx) {
        const bool is_root = record.data == ".";
        out += "- exchange: " + in_quotes(record.data + (is_root ? "" : ".")) + '\n';
        out += indent;
        out += "  preference: " + std::to_string(record.preference) + '\n';
        return;
    }
    std::string escaped;
    for (const char octet : record.data) {
        if (octet == ';') escaped += '\\';
        escaped += octet;
    }
    out += "- " + in_quotes(escaped) + '\n';
}

// The order of Python's natsort, which octoDNS uses: runs of digits count as numbers.
bool is_naturally_before(std::string_view one, std::string_view other) {
    while (!one.empty() && !other.empty()) {
        const auto take = [](std::string_view& text, bool wants_digits) {
            std::size_t length = 0;
            while (length < text.size() && base::is_digit(text[length]) == wants_digits) ++length;
            const std::string_view part = text.substr(0, length);
            text.remove_prefix(length);
            return part;
        };
        const std::string_view words = take(one, false);
        const std::string_view other_words = take(other, false);
        if (words != other_words) return words < other_words;
        std::string_view digits = take(one, true);
        std::string_view other_digits = take(other, true);
        for (auto* each : {&digits, &other_digits}) {
            each->remove_prefix(std::min(each->find_first_not_of('0'), each->size()));
        }
        if (digits.size() != other_digits.size()) return digits.size() < other_digits.size();
        if (digits != other_digits) return digits < other_digits;
    }
    return one.empty() && !other.empty();
}

void append_octodns_name(std::string& out, const std::string& relative,
                         const std::map<RecordType, std::vector<const Record*>>& types) {
    out += in_quotes(relative) + ":\n";
    for (const auto& [type, records] : types) {
        for (const Record* record : records) out += "  # " + reason_of(*record) + '\n';
        out += "  - ttl: " + std::to_string(records.front()->ttl_seconds) + '\n';
        out += "    type: " + std::string(name(type)) + '\n';
        out += "    values:\n";
        for (const Record* record : records) append_octodns_value(out, *record, "      ");
    }
}

void append_text_member(std::string& out, std::string_view key, std::string_view value) {
    if (!out.ends_with('{')) out += ',';
    base::append_json_string(out, key);
    out += ':';
    base::append_json_string(out, value);
}

void append_number_member(std::string& out, std::string_view key, std::uint32_t value) {
    out += ',';
    base::append_json_string(out, key);
    out += ':' + std::to_string(value);
}

void append_json_record(std::string& out, const Record& record) {
    out += '{';
    append_text_member(out, "zone", record.zone.text());
    append_text_member(out, "name", record.relative);
    append_text_member(out, "owner", record.owner());
    append_text_member(out, "type", name(record.type));
    append_number_member(out, "ttl", record.ttl_seconds);
    if (record.type == RecordType::mx) {
        append_number_member(out, "preference", record.preference);
        append_text_member(out, "exchange", record.data);
    } else {
        append_text_member(out, "text", record.data);
    }
    append_text_member(out, "presentation", presentation(record));
    out += record.is_alone ? ",\"alone\":true" : ",\"alone\":false";
    append_text_member(out, "reason", record.reason);
    append_text_member(out, "source", record.source);
    out += '}';
}

}  // namespace

void append_octodns(std::string& out, const std::string& zone, std::span<const Record> records) {
    using Types = std::map<RecordType, std::vector<const Record*>>;
    std::map<std::string, Types, decltype(&is_naturally_before)> names(&is_naturally_before);
    for (const auto& record : records) names[record.relative][record.type].push_back(&record);
    out += "--- # " + zone + ".yaml\n";
    out +=
        "# octoDNS owns the zone: it deletes every record that is not in this file. Add these to "
        "a\n"
        "# file that holds the whole zone (octodns-dump writes one), and look at the plan first.\n";
    for (const auto& [relative, types] : names) append_octodns_name(out, relative, types);
}

void append_json(std::string& out, const Plan& plan) {
    out += '{';
    append_text_member(out, "type", "records");
    append_text_member(out, "domain", plan.domain.text());
    append_text_member(out, "intent", name(plan.intent));
    out += ",\"records\":[";
    for (const auto& record : plan.records) {
        if (&record != plan.records.data()) out += ',';
        append_json_record(out, record);
    }
    out += "],\"advice\":[";
    for (const auto& advice : plan.advice) {
        out += &advice == plan.advice.data() ? "{" : ",{";
        append_text_member(out, "topic", advice.topic);
        append_text_member(out, "words", advice.words);
        append_text_member(out, "source", advice.source);
        out += advice.is_pressing ? ",\"pressing\":true}" : ",\"pressing\":false}";
    }
    out += "]}\n";
}

void append_dnscontrol(std::string& out, const Plan& plan, const FormSettings& settings) {
    append_comment(out, "// ", heading(plan) + '.', settings);
    append_advice(out, "// ", plan, settings);
    for (const auto& [zone, records] : records_by_zone(plan)) {
        if (zone != plan.records.front().zone) {
            append_comment(out, "// ",
                           in_another_zone(zone) + ' ' + "It must be declared with D().", settings);
        }
        out += "D_EXTEND(" + in_quotes(zone.text());
        for (const Record* record : records) {
            out += ",\n";
            append_comment(out, "  // ", reason_of(*record), settings);
            out +=
                "  " + std::string(name(record->type)) + '(' + in_quotes(relative_or_at(*record));
            if (record->type == RecordType::mx) {
                const bool is_root = record->data == ".";
                out += ", " + std::to_string(record->preference) + ", " +
                       in_quotes(record->data + (is_root ? "" : "."));
            } else {
                out += ", " + in_quotes(record->data);
            }
            out += ", TTL(" + std::to_string(record->ttl_seconds) + "))";
        }
        out += "\n);\n";
    }
}

void append_nsupdate(std::string& out, const Plan& plan, const FormSettings& settings) {
    append_comment(out, "; ", heading(plan) + '.', settings);
    append_advice(out, "; ", plan, settings);
    for (const auto& [zone, records] : records_by_zone(plan)) {
        if (zone != plan.records.front().zone) {
            append_comment(out, "; ",
                           in_another_zone(zone) +
                               " Put the lines from here to \"send\" into a file "
                               "of their own, and send it to the server of that zone.",
                           settings);
        }
        out += "zone " + zone.text() + ".\n";
        for (const Record* record : records) {
            const std::string type(name(record->type));
            append_comment(out, "; ", reason_of(*record), settings);
            if (record->is_alone) out += "update delete " + record->owner() + ". " + type + '\n';
            out += "update add " + record->owner() + ". " + std::to_string(record->ttl_seconds) +
                   " IN " + type + ' ' + presentation(*record) + '\n';
        }
        out += "send\n";
    }
}

}  // namespace turnaway::park
