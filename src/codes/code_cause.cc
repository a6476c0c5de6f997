#include "codes/code_cause.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace turnaway::codes {

namespace {

struct CodeCause {
    CodeMatch code;
    Cause cause;
};

#include "codes/code_causes.inc"

// For a row without a cause.
constexpr std::uint8_t no_cause = 255;
static_assert(cause_rows.size() < no_cause);

template <class Rows, class Fits>
consteval auto causes_of(const Rows& rows, Fits fits) {
    std::array<std::uint8_t, std::tuple_size_v<Rows>> causes{};
    for (std::size_t i = 0; i < causes.size(); ++i) {
        causes[i] = no_cause;
        for (const auto& [code, cause] : code_causes) {
            if (fits(code, rows[i])) causes[i] = static_cast<std::uint8_t>(cause);
        }
    }
    return causes;
}

constexpr auto causes_of_replies =
    causes_of(reply_rows, [](const CodeMatch& code, const ReplyRow& row) {
        return code.is_reply() && code.matches(row.code);
    });

template <int digit>
constexpr auto causes_of_details =
    causes_of(enhanced_rows, [](const CodeMatch& code, const EnhancedRow& row) {
        return code.matches(digit, row.detail);
    });

}  // namespace

std::optional<Cause> cause_of_code(int digit, const EnhancedRow* enhanced, const ReplyRow* reply) {
    if (digit == 2) return Cause::accepted;
    if (digit != 4 && digit != 5) return std::nullopt;
    std::uint8_t cause = no_cause;
    if (enhanced != nullptr) {
        const auto row = static_cast<std::size_t>(enhanced - enhanced_rows.data());
        cause = digit == 4 ? causes_of_details<4>[row] : causes_of_details<5>[row];
    }
    if (cause == no_cause && reply != nullptr) {
        cause = causes_of_replies[static_cast<std::size_t>(reply - reply_rows.data())];
    }
    if (cause == no_cause) return std::nullopt;
    return static_cast<Cause>(cause);
}

}  // namespace turnaway::codes
