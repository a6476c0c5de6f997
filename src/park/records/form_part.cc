#include "park/records/form_part.h"

#include <algorithm>

#include "base/printable.h"

namespace turnaway::park {
namespace {

constexpr std::size_t comment_columns_max = 98;

}  // namespace

std::string heading(const Plan& plan) {
    switch (plan.intent) {
        case Intent::none:
            return plan.domain.text() + " is meant to have no mail";
        case Intent::send_only:
            return plan.domain.text() + " is meant to send mail only";
        case Intent::receive_only:
            return plan.domain.text() + " is meant to receive mail only";
    }
    return plan.domain.text();
}

std::vector<std::pair<mail::Domain, std::vector<const Record*>>> records_by_zone(const Plan& plan) {
    std::vector<std::pair<mail::Domain, std::vector<const Record*>>> zones;
    for (const auto& record : plan.records) {
        auto zone =
            std::ranges::find(zones, record.zone, [](const auto& one) { return one.first; });
        if (zone == zones.end()) {
            zones.push_back({record.zone, {}});
            zone = zones.end() - 1;
        }
        zone->second.push_back(&record);
    }
    return zones;
}

void append_comment(std::string& out, std::string_view mark, std::string_view words,
                    const FormSettings& settings) {
    while (!words.empty()) {
        const std::size_t room = comment_columns_max - mark.size();
        std::size_t end = words.size();
        if (end > room) {
            end = words.rfind(' ', room);
            if (end == std::string_view::npos) end = std::min(words.find(' '), words.size());
        }
        out += settings.comment_on;
        out += mark;
        out += words.substr(0, end);
        out += settings.comment_off;
        out += '\n';
        words.remove_prefix(std::min(end + 1, words.size()));
    }
}

void append_advice(std::string& out, std::string_view mark, const Plan& plan,
                   const FormSettings& settings) {
    bool has_more = false;
    for (const auto& advice : plan.advice) {
        if (!advice.is_pressing && !settings.wants_why) {
            has_more = true;
            continue;
        }
        append_comment(out, mark, advice.words + " (" + advice.source + ")", settings);
    }
    if (has_more) append_comment(out, mark, "More background: --why", settings);
}

std::string in_another_zone(const mail::Domain& zone) {
    return "The records below belong to another zone, " + zone.text() + '.';
}

std::string reason_of(const Record& record) {
    return record.reason + " (" + record.source + ")";
}

std::string in_quotes(std::string_view text) {
    std::string out;
    base::append_json_string(out, text);
    return out;
}

}  // namespace turnaway::park
