// Sealed row: the two packed pieces of a message (row.h) with checksums, as stored in version 2 of
// the spool (docs/formats.md, ADR 14).
//
// Each piece is sealed with the id of its message, so that a piece of another row counts as damage
// too. The envelope's seal also covers the checksum of the content. Pieces of version 1 have no
// seal; they are read unchecked. Pure.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "queue/message.h"

namespace turnaway::spool {

std::string seal_envelope(const queue::Message& message, std::uint32_t content_checksum);
std::string seal_states(const queue::Message& message);

struct OpenedRow {
    queue::Message message;
    std::optional<std::uint32_t> content_checksum;  // nothing: of version 1
};

// The error is the damaged piece: "its envelope is damaged".
[[nodiscard]] std::expected<OpenedRow, std::string_view> open_row(queue::QueueId id,
                                                                  std::string_view envelope,
                                                                  std::string_view states);

}  // namespace turnaway::spool
