#include "refuse/log_ring.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace turnaway::refuse {

bool LogRing::push(std::string_view line) {
    const std::size_t written = written_.load(std::memory_order_relaxed);
    const std::size_t read = read_.load(std::memory_order_acquire);
    if (line.size() > bytes - (written - read)) return false;
    const std::size_t at = written % bytes;
    const std::size_t first = std::min(line.size(), bytes - at);
    std::memcpy(memory_.data() + at, line.data(), first);
    std::memcpy(memory_.data(), line.data() + first, line.size() - first);
    written_.store(written + line.size(), std::memory_order_release);
    return true;
}

bool LogRing::may_log(std::uint32_t now_seconds) {
    if (now_seconds != second_) {
        second_ = now_seconds;
        lines_in_second_ = 0;
    }
    return ++lines_in_second_ <= lines_per_second_max;
}

std::string_view LogRing::front(std::span<char> buffer) const {
    const std::size_t written = written_.load(std::memory_order_acquire);
    const std::size_t read = read_.load(std::memory_order_relaxed);
    const std::size_t at = read % bytes;
    const std::size_t size = std::min(written - read, buffer.size());
    const std::size_t first = std::min(size, bytes - at);
    std::memcpy(buffer.data(), memory_.data() + at, first);
    std::memcpy(buffer.data() + first, memory_.data(), size - first);
    const std::string_view lines(buffer.data(), size);
    return lines.substr(0, lines.rfind('\n') + 1);
}

void LogRing::pop(std::size_t bytes_written) {
    const std::size_t read = read_.load(std::memory_order_relaxed);
    TURNAWAY_CHECK(bytes_written <= written_.load(std::memory_order_relaxed) - read);
    read_.store(read + bytes_written, std::memory_order_release);
}

}  // namespace turnaway::refuse
