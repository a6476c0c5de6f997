// Row: a message as the bytes of its row in the spool, and back (docs/formats.md).
//
// Two pieces: what never changes (the envelope and what was known at arrival), and what does (hold,
// and the state of each recipient). Each begins with the version of its form. Reading refuses
// whatever writing cannot have made: other versions, values outside their type, addresses that do
// not parse, bytes missing or left over. Gap: an ORCPT longer than RFC 3461 lets anybody send (only
// OriginalRecipient::of makes such) is not kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "queue/message.h"

namespace turnaway::spool {

std::string pack_envelope(const queue::Message& message);
std::string pack_states(const queue::Message& message);

// Nothing when either piece is damaged, or there is not one state for each recipient.
std::optional<queue::Message> unpack_message(queue::QueueId id, std::string_view envelope,
                                             std::string_view states);

}  // namespace turnaway::spool
