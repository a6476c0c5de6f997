// ByteSet: some characters, of which each can be recognised in one step.
//
// For loops over every octet of a text: std::string_view::contains and find_first_of search the set
// again at each octet. Made while compiling, pure.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace turnaway::base {

class ByteSet {
  public:
    consteval explicit ByteSet(std::string_view members) {
        for (const char c : members) has_[static_cast<unsigned char>(c)] = true;
    }
    constexpr bool has(char c) const { return has_[static_cast<unsigned char>(c)]; }
    // The first member at or after `at`, or the end of the text.
    constexpr std::size_t find(std::string_view text, std::size_t at = 0) const {
        while (at < text.size() && !has(text[at])) ++at;
        return at;
    }
    // The first character at or after `at` that is not a member, or the end of the text.
    constexpr std::size_t skip(std::string_view text, std::size_t at = 0) const {
        while (at < text.size() && has(text[at])) ++at;
        return at;
    }

  private:
    std::array<bool, 256> has_{};
};

}  // namespace turnaway::base
