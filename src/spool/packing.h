// Packing: writes numbers and texts one after another into a string of bytes, and reads them.
//
// Numbers have seven bits per byte, lowest first, and the eighth bit means that more follow; signed
// ones have the sign in the lowest bit; a text is its length and its bytes. Unpacking refuses
// truncated input and never reads or reserves beyond its end; after a refusal it returns zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace turnaway::spool {

class Packer {
  public:
    void byte(std::uint8_t value) { bytes_ += static_cast<char>(value); }
    void number(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) byte(static_cast<std::uint8_t>(value | 0x80));
        byte(static_cast<std::uint8_t>(value));
    }
    void signed_number(std::int64_t value) {
        const auto bits = static_cast<std::uint64_t>(value);
        number(bits << 1 ^ (value < 0 ? ~std::uint64_t{0} : 0));
    }
    void text(std::string_view value) {
        number(value.size());
        bytes_ += value;
    }
    std::string take() { return std::move(bytes_); }

  private:
    std::string bytes_;
};

class Unpacker {
  public:
    explicit Unpacker(std::string_view bytes) : rest_(bytes) {}

    std::uint8_t byte() {
        if (!is_good_ || rest_.empty()) return static_cast<std::uint8_t>(refuse());
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const std::uint64_t part = byte();
            const std::uint64_t bits = part & 0x7f;
            if (shift == 63 && bits > 1) return refuse();
            value |= bits << shift;
            if ((part & 0x80) == 0) return value;
        }
        return refuse();
    }
    // At most `most`.
    std::uint64_t number(std::uint64_t most) {
        const std::uint64_t value = number();
        return value <= most ? value : refuse();
    }
    std::int64_t signed_number() {
        const std::uint64_t folded = number();
        return static_cast<std::int64_t>(folded >> 1 ^ ((folded & 1) != 0 ? ~std::uint64_t{0} : 0));
    }
    std::string_view text() {
        const std::uint64_t size = number(rest_.size());
        const std::string_view value = rest_.substr(0, static_cast<std::size_t>(size));
        rest_.remove_prefix(value.size());
        return value;
    }
    // The number of items that follow, each of at least `bytes_min`.
    std::size_t count(std::size_t bytes_min) {
        return static_cast<std::size_t>(number(rest_.size() / bytes_min));
    }

    std::uint64_t refuse() {
        is_good_ = false;
        rest_ = {};
        return 0;
    }
    bool is_good() const { return is_good_; }
    bool is_at_good_end() const { return is_good_ && rest_.empty(); }

  private:
    std::string_view rest_;
    bool is_good_ = true;
};

}  // namespace turnaway::spool
