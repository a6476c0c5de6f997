#include "queue/queue_id.h"

#include <algorithm>

#include "base/check.h"
#include "base/text.h"

namespace turnaway::queue {
namespace {

constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t text_size = 13;  // 65 bits, of which 63 are used
constexpr std::uint64_t value_max = ~std::uint64_t{0} >> 1;
constexpr std::uint64_t places = std::uint64_t{QueueIdMaker::nodes_max} * QueueIdMaker::shards_max;

}  // namespace

std::optional<QueueId> QueueId::parse(std::string_view text) {
    if (text.size() != text_size) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : text) {
        const auto digit = digits.find(base::to_upper(c));
        if (digit == std::string_view::npos || value > (value_max >> 5)) return std::nullopt;
        value = value << 5 | digit;
    }
    return QueueId(value);
}

std::string QueueId::text() const {
    std::string text(text_size, digits[0]);
    std::uint64_t rest = value_;
    for (std::size_t at = text_size; at-- > 0; rest >>= 5) text[at] = digits[rest & 31];
    return text;
}

QueueIdMaker::QueueIdMaker(unsigned shard, QueueId after, unsigned node)
    : place_(std::uint64_t{node} * shards_max + shard), last_(after.value() / places) {
    TURNAWAY_CHECK(shard < shards_max && node < nodes_max);
}

QueueId QueueIdMaker::next(std::chrono::system_clock::time_point now) {
    const auto since_1970 =
        std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch());
    const auto microseconds =
        static_cast<std::uint64_t>(since_1970.count() < 0 ? 0 : since_1970.count());
    last_ = std::max(microseconds / nodes_max, last_ + 1);
    return QueueId(last_ * places + place_);
}

}  // namespace turnaway::queue
