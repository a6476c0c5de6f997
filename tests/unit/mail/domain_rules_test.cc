// A property of scan_domain, which is written for speed: it finds what the rules say, applied one
// after the other.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <random>
#include <string>

#include "base/text.h"
#include "mail/address_syntax.h"

namespace turnaway::mail {
namespace {

// The rules for a domain of ASCII and `\u00fc`, one at a time.
std::optional<AddressError> wrong_with(std::string_view domain) {
    if (domain.empty()) return AddressError::domain_empty;
    bool is_ipv4 = std::ranges::count(domain, '.') == 3;
    for (std::size_t begin = 0; begin <= domain.size();) {
        const auto end = std::min(domain.find('.', begin), domain.size());
        const auto label = domain.substr(begin, end - begin);
        if (label.empty()) return AddressError::domain_label;
        bool is_ascii = true;
        for (const char c : label) {
            if (static_cast<unsigned char>(c) > 0x7f) {
                is_ascii = false;
            } else if (!base::is_alnum(c) && c != '-' && c != '_') {
                return AddressError::domain_character;
            }
        }
        if (label.starts_with('-') || label.ends_with('-')) return AddressError::domain_label;
        if (is_ascii && label.size() > 63) return AddressError::domain_label;
        is_ipv4 = is_ipv4 && label.size() <= 3 && std::ranges::all_of(label, base::is_digit);
        begin = end + 1;
    }
    if (is_ipv4) return AddressError::literal;
    return std::nullopt;
}

TEST(DomainRules, AScanFindsWhatTheySay) {
    constexpr std::array<std::string_view, 12> pieces{
        "a",
        "Z9",
        ".",
        "12",
        "1.2.3.4",
        "-",
        "_",
        " ",
        "@",
        "\u00fc",
        "host.example",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};  // 62
    std::mt19937 random(1);  // the same texts each time
    std::size_t good = 0;
    for (int round = 0; round < 100'000; ++round) {
        std::string text;
        for (auto left = random() % 6; left > 0; --left)
            text += pieces.at(random() % pieces.size());
        if (text.size() > 255) continue;
        const auto done = scan_domain(text);
        const auto wrong = wrong_with(text);
        ASSERT_EQ(done.has_value(), !wrong) << text;
        if (wrong) {
            ASSERT_EQ(done.error(), *wrong) << text;
        }
        good += done ? 1U : 0U;
    }
    EXPECT_GT(good, 1000U);
}

}  // namespace
}  // namespace turnaway::mail
