#include "codes/host_refusal.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "codes/constants.h"
#include "codes/interpretation.h"

namespace turnaway::codes {

namespace {

// Words of a banner or of a bare "no"; none of them gives a reason.
constexpr std::array<std::string_view, 20> empty_words{
    "no",   "not",  "smtp",  "esmtp", "mail", "email", "e-mail", "service", "server",  "host",
    "here", "this", "sorry", "bye",   "a",    "is",    "the",    "mx",      "goodbye", "never"};

bool is_name_or_number(std::string_view word) {
    const bool is_name = std::ranges::all_of(word, [](char c) {
        return base::is_alnum(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == '[' ||
               c == ']';
    });
    const bool has_dot_or_colon = word.find_first_of(".:") < word.size() - 1;
    return is_name && (has_dot_or_colon || std::ranges::none_of(word, base::is_alpha));
}

bool is_empty_word(std::string_view word) {
    constexpr std::string_view around = ".,;:!-()\"'";
    const auto first = word.find_first_not_of(around);
    if (first == std::string_view::npos) return true;
    word = word.substr(first, word.find_last_not_of(around) - first + 1);
    return is_name_or_number(word) || base::equal_no_case(word, "localhost") ||
           std::ranges::any_of(empty_words, [&](std::string_view empty) {
               return base::equal_no_case(word, empty);
           });
}

// Whether the text after the codes has only the host's name and words that give no reason.
bool is_bare(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    while (true) {
        const auto begin = text.find_first_not_of(blanks);
        if (begin == std::string_view::npos) return true;
        text.remove_prefix(begin);
        const auto end = std::min(text.find_first_of(blanks), text.size());
        if (!is_empty_word(text.substr(0, end))) return false;
        text.remove_prefix(end);
    }
}

}  // namespace

RefusalScope scope_of(std::string_view reply, Stage stage) {
    ReplyReader reader;
    auto reading = reader.read(reply);
    if (!reading || !reading->reply || !reading->reply->is_permanent()) {
        return RefusalScope::unclear;
    }
    reading->stage = stage;
    const ReplyInterpretation interpretation = judge(*reading);
    if (interpretation.cause) {
        return interpretation.cause == Cause::no_mail ? RefusalScope::host : RefusalScope::other;
    }
    if (interpretation.other_reply || interpretation.notes.has(Note::misused_521))
        return RefusalScope::other;
    const bool before_mail = is_before_mail(stage);
    const bool is_521 = interpretation.reply == host_takes_no_mail;
    return is_521 && before_mail && is_bare(reading->text) ? RefusalScope::host
                                                           : RefusalScope::unclear;
}

}  // namespace turnaway::codes
