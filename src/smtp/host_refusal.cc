#include "smtp/host_refusal.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "codes/constants.h"

namespace turnaway::smtp {

namespace {

constexpr std::array<std::string_view, 6> words_for_host{"host",    "server",  "system",
                                                         "machine", "serveur", "servidor"};

// The word without punctuation around it.
std::string_view bare(std::string_view word) {
    constexpr std::string_view marks = ".,;:!()[]<>\"'";
    const auto first = word.find_first_not_of(marks);
    if (first == std::string_view::npos) return {};
    return word.substr(first, word.find_last_not_of(marks) - first + 1);
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
    return std::ranges::any_of(
        words, [&](std::string_view each) { return base::equal_no_case(word, each); });
}

}  // namespace

std::string words_of(const Reply& reply) {
    std::string words = reply.code.text();
    if (const std::string text = reply.text(); !text.empty()) words += ' ' + text;
    return words;
}

codes::RefusalScope scope_of(const Reply& reply, codes::Stage stage) {
    if (reply.codes_differ) return codes::RefusalScope::other;
    return codes::scope_of(words_of(reply), codes::answered_stage(stage));
}

bool is_about_host_itself(const Reply& reply, codes::Stage stage,
                          std::span<const std::string_view> own_names) {
    const bool may_be = reply.code == codes::host_takes_no_mail &&
                        (stage == codes::Stage::mail || stage == codes::Stage::rcpt) &&
                        scope_of(reply, stage) == codes::RefusalScope::host;
    if (!may_be) return false;
    const std::string text = reply.text();
    bool names_a_host = false;
    for (std::string_view rest = text; !rest.empty();) {
        const auto end = std::min(rest.find(' '), rest.size());
        const std::string_view word = bare(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
        names_a_host |= is_one_of(word, words_for_host);
        const bool is_name =
            word.find('@') != std::string_view::npos ||
            (word.find('.') != std::string_view::npos && std::ranges::any_of(word, base::is_alpha));
        if (is_name && !is_one_of(word, own_names)) return false;
    }
    return names_a_host;
}

}  // namespace turnaway::smtp
