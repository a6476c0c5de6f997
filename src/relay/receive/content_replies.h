// Content replies: the answers after the final dot when the message cannot be kept.
#pragma once

#include "smtp/server_session.h"

namespace turnaway::relay {

smtp::ServerAnswer no_room();
smtp::ServerAnswer spool_failed();
// The content could not be written, for another reason than a lack of room.
smtp::ServerAnswer content_failed();

}  // namespace turnaway::relay
