// Content replies: replies to the final dot if the message cannot be stored.
#pragma once

#include "smtp/server_session.h"

namespace turnaway::relay {

smtp::ServerAnswer no_room();
smtp::ServerAnswer spool_failed();
// The content could not be written, for a reason other than a lack of room.
smtp::ServerAnswer content_failed();

}  // namespace turnaway::relay
