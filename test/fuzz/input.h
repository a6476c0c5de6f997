// A fuzz input read from the front: numbers first, text last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace turnaway::fuzz {

class Input {
  public:
    Input(const std::uint8_t* data, std::size_t size)
        : rest_(reinterpret_cast<const char*>(data), size) {}

    // 0 when there is nothing left.
    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const auto value = static_cast<std::uint8_t>(rest_.front());
        rest_.remove_prefix(1);
        return value;
    }
    std::string_view text(std::size_t bytes_max = std::string_view::npos) {
        const std::string_view piece = rest_.substr(0, bytes_max);
        rest_.remove_prefix(piece.size());
        return piece;
    }
    bool is_empty() const { return rest_.empty(); }

  private:
    std::string_view rest_;
};

}  // namespace turnaway::fuzz
