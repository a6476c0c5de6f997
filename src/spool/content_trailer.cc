#include "spool/content_trailer.h"

#include <string_view>
#include <utility>
#include <vector>

#include "spool/checksum.h"
#include "spool/file_read.h"
#include "spool/fixed_number.h"

namespace turnaway::spool {
namespace {

// The end of the file: id, sizes of the parts before it, the checksum of the trailer up to here,
// and the mark.
constexpr std::string_view mark = "turnaway trailer";
constexpr std::size_t sum_bytes = sizeof(std::uint32_t);
constexpr std::size_t end_bytes = 2 * sizeof(std::uint64_t) + 3 * sum_bytes + mark.size();
// More than any envelope can need.
constexpr std::uint64_t piece_bytes_max = std::uint64_t{256} * 1024 * 1024;

}  // namespace

std::string pack_trailer(const ContentTrailer& trailer) {
    std::string out = trailer.sums.packed();
    out += trailer.envelope;
    out += trailer.states;
    append_fixed(out, trailer.id.value());
    append_fixed(out, trailer.content_bytes);
    append_fixed(out, static_cast<std::uint32_t>(trailer.envelope.size()));
    append_fixed(out, static_cast<std::uint32_t>(trailer.states.size()));
    append_fixed(out, crc32c(out));
    out += mark;
    return out;
}

base::Result<std::optional<ContentTrailer>> read_trailer(int descriptor, std::uint64_t file_bytes,
                                                         const std::string& path) {
    if (file_bytes < end_bytes) return std::nullopt;
    const auto end = read_range(descriptor, file_bytes - end_bytes, end_bytes, path);
    if (!end) return std::unexpected(end.error());
    std::string_view rest = *end;
    if (!rest.ends_with(mark)) return std::nullopt;
    const auto take = [&rest]<class Number>(Number) {
        const auto value = read_fixed<Number>(rest);
        rest.remove_prefix(sizeof(Number));
        return value;
    };
    ContentTrailer trailer;
    trailer.id = queue::QueueId(take(std::uint64_t{}));
    trailer.content_bytes = take(std::uint64_t{});
    const std::uint64_t envelope_bytes = take(std::uint32_t{});
    const std::uint64_t states_bytes = take(std::uint32_t{});
    const auto sum = take(std::uint32_t{});
    if (trailer.content_bytes > file_bytes || envelope_bytes + states_bytes > piece_bytes_max) {
        return std::nullopt;
    }
    const std::uint64_t count = ChunkSums::count_for(trailer.content_bytes);
    const std::uint64_t body_bytes = count * sum_bytes + envelope_bytes + states_bytes;
    if (trailer.content_bytes + body_bytes + end_bytes != file_bytes) return std::nullopt;

    const auto body =
        read_range(descriptor, trailer.content_bytes, static_cast<std::size_t>(body_bytes), path);
    if (!body) return std::unexpected(body.error());
    const auto covered = std::string_view(*end).substr(0, end_bytes - mark.size() - sum_bytes);
    if (crc32c(covered, crc32c(*body)) != sum) return std::nullopt;
    std::vector<std::uint32_t> sums;
    sums.reserve(static_cast<std::size_t>(count));
    rest = *body;
    for (std::uint64_t i = 0; i < count; ++i) sums.push_back(take(std::uint32_t{}));
    trailer.sums = ChunkSums(std::move(sums));
    trailer.envelope = rest.substr(0, static_cast<std::size_t>(envelope_bytes));
    trailer.states = rest.substr(static_cast<std::size_t>(envelope_bytes));
    return trailer;
}

}  // namespace turnaway::spool
