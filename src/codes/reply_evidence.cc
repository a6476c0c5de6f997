#include "codes/reply_evidence.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "codes/constants.h"

namespace turnaway::codes {

namespace {

// "mx.example.org", "192.0.2.1"
bool is_host_name(std::string_view word) {
    const auto dot = word.find('.');
    return dot != std::string_view::npos && dot > 0 && std::ranges::all_of(word, [](char c) {
               return base::is_alnum(c) || c == '.' || c == '-' || c == '_';
           });
}

std::string without_host_names(std::string_view text) {
    constexpr std::string_view between = " \t\r\n,;:!?()<>[]\"'";
    std::string rest;
    while (!text.empty()) {
        auto end = std::min(text.find_first_of(between), text.size());
        std::string_view word = text.substr(0, end);
        while (word.ends_with('.')) word.remove_suffix(1);
        if (is_host_name(word)) {
            rest += text.substr(word.size(), end - word.size());
        } else {
            rest += text.substr(0, end);
        }
        const auto next = std::min(text.find_first_not_of(between, end), text.size());
        rest += text.substr(end, next - end);
        text.remove_prefix(next);
    }
    return rest;
}

bool may_be_no_mail(const ReplyReading& reading) {
    if (reading.enhanced && reading.enhanced->detail() == system_takes_no_mail) return true;
    return reading.reply == host_takes_no_mail || reading.reply == domain_takes_no_mail ||
           reading.reply == transaction_failed;
}

bool says_no_mail(const TextEvidence& evidence) {
    return evidence.causes.has(Cause::no_mail) &&
           evidence.causes.without(vague_causes()).without({Cause::no_mail}).empty();
}

}  // namespace

TextEvidence read_reply_evidence(const ReplyReading& reading) {
    const TextEvidence evidence = read_evidence(reading.text);
    const bool is_settled = evidence.causes.empty() || says_no_mail(evidence);
    if (is_settled || !may_be_no_mail(reading)) return evidence;
    TextEvidence besides = read_evidence(without_host_names(reading.text));
    besides.providers |= evidence.providers;
    // "521 mx.spam.example", but not "521 5.7.1 zen.spamhaus.org".
    const bool is_only_a_name = besides.causes.empty() && reading.reply == host_takes_no_mail &&
                                !evidence.causes.has(Cause::ip_listed) &&
                                !evidence.causes.has(Cause::domain_listed);
    return is_only_a_name || says_no_mail(besides) ? besides : evidence;
}

}  // namespace turnaway::codes
