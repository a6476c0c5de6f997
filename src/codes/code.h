// The two kinds of code in an SMTP reply, each parsed once into a type.
//
// ReplyCode: three digits, first 2 to 5 (RFC 5321 section 4.2). EnhancedCode: class.subject.detail,
// three numbers, because 5.1.10 must fit (RFC 3463 section 2). Parsing is strict here; tolerant
// readers strip their input first. The meaning of a code is in codes/table.h.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/text.h"

namespace turnaway::codes {

// 200 to 599. Not every value is defined; an unknown one is read by its first digit (RFC 5321
// section 4.2.1).
class ReplyCode {
  public:
    consteval explicit ReplyCode(int value) : value_(static_cast<std::uint16_t>(value)) {
        if (value < 200 || value > 599) throw "a reply code has a first digit of 2 to 5";
    }
    // Exactly three digits, the first 2 to 5.
    static constexpr std::optional<ReplyCode> parse(std::string_view text) {
        if (text.size() != 3) return std::nullopt;
        const auto value = base::parse_unsigned<std::uint16_t>(text, 599);
        if (!value || *value < 200) return std::nullopt;
        return ReplyCode(*value, Checked{});
    }
    constexpr int value() const { return value_; }
    constexpr int first_digit() const { return value_ / 100; }
    constexpr bool is_positive() const { return first_digit() == 2; }
    constexpr bool is_intermediate() const { return first_digit() == 3; }
    constexpr bool is_temporary() const { return first_digit() == 4; }
    constexpr bool is_permanent() const { return first_digit() == 5; }
    std::string text() const { return std::to_string(value_); }
    constexpr auto operator<=>(const ReplyCode&) const = default;

  private:
    struct Checked {};
    constexpr ReplyCode(std::uint16_t value, Checked) : value_(value) {}
    std::uint16_t value_;
};

// An enhanced code without its class: X.subject.detail. The table has one row for each.
struct Detail {
    std::uint16_t subject = 0;
    std::uint16_t detail = 0;
    constexpr auto operator<=>(const Detail&) const = default;
};

// Class 2, 4 or 5; subject and detail 0 to 999.
class EnhancedCode {
  public:
    // "5.1.10": no leading zeros, nothing before or after (RFC 3463 section 2).
    static constexpr std::optional<EnhancedCode> parse(std::string_view text) {
        const auto first_dot = text.find('.');
        if (first_dot != 1) return std::nullopt;
        const auto second_dot = text.find('.', 2);
        if (second_dot == std::string_view::npos) return std::nullopt;
        const char klass = text[0];
        if (klass != '2' && klass != '4' && klass != '5') return std::nullopt;
        const auto subject = parse_part(text.substr(2, second_dot - 2));
        const auto detail = parse_part(text.substr(second_dot + 1));
        if (!subject || !detail) return std::nullopt;
        return EnhancedCode(static_cast<std::uint8_t>(klass - '0'), Detail{*subject, *detail});
    }
    static constexpr EnhancedCode success(Detail detail) { return EnhancedCode(2, detail); }
    static constexpr EnhancedCode temporary(Detail detail) { return EnhancedCode(4, detail); }
    static constexpr EnhancedCode permanent(Detail detail) { return EnhancedCode(5, detail); }

    constexpr int class_digit() const { return class_; }
    constexpr Detail detail() const { return detail_; }
    // RFC 2034 section 4: the class digit equals the first digit of the reply code.
    constexpr bool agrees_with(ReplyCode reply) const { return reply.first_digit() == class_; }
    std::string text() const {
        return std::to_string(class_) + '.' + std::to_string(detail_.subject) + '.' +
               std::to_string(detail_.detail);
    }
    constexpr auto operator<=>(const EnhancedCode&) const = default;

  private:
    constexpr EnhancedCode(std::uint8_t klass, Detail detail) : class_(klass), detail_(detail) {}
    static constexpr std::optional<std::uint16_t> parse_part(std::string_view text) {
        if (text.empty() || text.size() > 3 || (text.size() > 1 && text[0] == '0'))
            return std::nullopt;
        return base::parse_unsigned<std::uint16_t>(text, 999);
    }
    std::uint8_t class_;
    Detail detail_;
};

}  // namespace turnaway::codes
