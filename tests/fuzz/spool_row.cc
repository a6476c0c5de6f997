// Invariants of the rows of the spool, for any bytes: reading never fails but by refusing; what is
// read can be written, and reads back as the same. The first two bytes are the length of the first
// piece.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "fuzz/input.h"
#include "spool/row.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    namespace spool = turnaway::spool;
    turnaway::fuzz::Input input(data, size);
    const std::size_t high = input.byte();
    const std::size_t envelope_bytes = high << 8 | input.byte();
    const std::string_view envelope = input.text(envelope_bytes);
    const std::string_view states = input.text();
    const turnaway::queue::QueueId id(7);
    const auto message = spool::unpack_message(id, envelope, states);
    if (!message) return 0;
    TURNAWAY_CHECK(message->states.size() == message->envelope.recipients.size());
    const auto again =
        spool::unpack_message(id, spool::pack_envelope(*message), spool::pack_states(*message));
    TURNAWAY_CHECK(again == message);
    return 0;
}
