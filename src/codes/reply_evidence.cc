#include "codes/reply_evidence.h"

#include <algorithm>
#include <string>

#include "base/text.h"
#include "codes/constants.h"

namespace turnaway::codes {

namespace {

// "mx.example.org", "192.0.2.1", but not "RESOLVER.ADR.RecipNotFound", which is a reason.
bool is_host_name(std::string_view word) {
    const auto dot = word.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return false;
    const std::string_view last = word.substr(dot + 1);
    const auto is_small = [](char c) { return c >= 'a' && c <= 'z'; };
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    const bool has_one_case =
        std::ranges::none_of(last, is_capital) || std::ranges::none_of(last, is_small);
    return has_one_case && std::ranges::all_of(word, [](char c) {
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
    if (is_settled || !reading.text.contains('.')) return evidence;
    TextEvidence besides = read_evidence(without_host_names(reading.text));
    besides.providers |= evidence.providers;
    const bool may_name_a_list =
        evidence.causes.has(Cause::ip_listed) || evidence.causes.has(Cause::domain_listed);
    // "521 mx.spam.example", but not "521 5.7.1 zen.spamhaus.org".
    if (besides.causes.empty()) {
        const bool is_only_a_name = reading.reply == host_takes_no_mail && !may_name_a_list;
        return is_only_a_name ? besides : evidence;
    }
    if (may_name_a_list)
        return may_be_no_mail(reading) && says_no_mail(besides) ? besides : evidence;
    return besides;
}

}  // namespace turnaway::codes
