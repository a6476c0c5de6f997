#include "spool/sealed_row.h"

#include <utility>

#include "spool/checksum.h"
#include "spool/fixed_number.h"
#include "spool/row.h"

namespace turnaway::spool {
namespace {

// Pieces of version 1 are the packed pieces themselves, which begin with that number.
constexpr char sealed_version = 2;
constexpr std::size_t sum_bytes = sizeof(std::uint32_t);

std::uint32_t sum_of(queue::QueueId id, std::string_view piece) {
    std::string number;
    append_fixed(number, id.value());
    return crc32c(piece, crc32c(number));
}

std::string begin_seal(std::string_view packed) {
    std::string out;
    out.reserve(1 + packed.size() + 2 * sum_bytes);
    out += sealed_version;
    out += packed;
    return out;
}

bool is_sealed(std::string_view piece) {
    return !piece.empty() && piece.front() == sealed_version;
}

// Removes the seal; false: it does not match.
bool unseal(queue::QueueId id, std::string_view* piece) {
    if (piece->size() < 1 + sum_bytes) return false;
    const auto covered = piece->substr(0, piece->size() - sum_bytes);
    if (read_fixed<std::uint32_t>(piece->substr(covered.size())) != sum_of(id, covered))
        return false;
    *piece = covered.substr(1);
    return true;
}

}  // namespace

std::string seal_envelope(const queue::Message& message, std::uint32_t content_checksum) {
    std::string out = begin_seal(pack_envelope(message));
    append_fixed(out, content_checksum);
    append_fixed(out, sum_of(message.id, out));
    return out;
}

std::string seal_states(const queue::Message& message) {
    std::string out = begin_seal(pack_states(message));
    append_fixed(out, sum_of(message.id, out));
    return out;
}

std::expected<OpenedRow, std::string_view> open_row(queue::QueueId id, std::string_view envelope,
                                                    std::string_view states) {
    std::optional<std::uint32_t> content_checksum;
    if (is_sealed(envelope)) {
        if (!unseal(id, &envelope) || envelope.size() < sum_bytes) {
            return std::unexpected("its envelope is damaged");
        }
        content_checksum = read_fixed<std::uint32_t>(envelope.substr(envelope.size() - sum_bytes));
        envelope.remove_suffix(sum_bytes);
    }
    if (is_sealed(states) && !unseal(id, &states)) return std::unexpected("its states are damaged");
    auto message = unpack_message(id, envelope, states);
    if (!message) return std::unexpected("its row is damaged");
    return OpenedRow{.message = *std::move(message), .content_checksum = content_checksum};
}

}  // namespace turnaway::spool
