// Content replies: replies to MAIL and to the final dot if no message can be stored.
#pragma once

#include "smtp/server_session.h"

namespace turnaway::relay {

smtp::ServerAnswer no_room();
smtp::ServerAnswer being_emptied();
// A database that holds the queue does not answer, or refuses changes.
smtp::ServerAnswer spool_away();
smtp::ServerAnswer spool_failed();
// The content could not be written, for a reason other than a lack of room.
smtp::ServerAnswer content_failed();

}  // namespace turnaway::relay
