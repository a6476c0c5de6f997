// Row: a message as the bytes of its row in the spool, and back (docs/formats.md).
//
// Two pieces: the constant part (the envelope and what was known on arrival) and the part that
// changes (hold, and the state of each recipient). Each begins with its format version. Reading
// refuses everything that writing cannot have made: other versions, values out of range, addresses
// that do not parse, missing or extra bytes. Known gap: an ORCPT longer than RFC 3461 allows (only
// OriginalRecipient::of makes such) is not kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "queue/message.h"

namespace turnaway::spool {

std::string pack_envelope(const queue::Message& message);
std::string pack_states(const queue::Message& message);

// Nothing if either piece is damaged, or if the number of states differs from that of recipients.
std::optional<queue::Message> unpack_message(queue::QueueId id, std::string_view envelope,
                                             std::string_view states);

}  // namespace turnaway::spool
