#include "relay/receive/content_replies.h"

#include "codes/constants.h"

namespace turnaway::relay {

smtp::ServerAnswer no_room() {
    return {.code = codes::insufficient_storage,
            .enhanced = codes::EnhancedCode::temporary(codes::system_full),
            .text = "Insufficient storage for the message; try again later"};
}

smtp::ServerAnswer being_emptied() {
    return {
        .code = codes::local_error,
        .enhanced = codes::EnhancedCode::temporary(codes::other_system_status),
        .text = "This relay is being emptied for maintenance; try again later, or another host"};
}

smtp::ServerAnswer spool_away() {
    return {.code = codes::local_error,
            .enhanced = codes::EnhancedCode::temporary(codes::other_system_status),
            .text = "The queue is not available at the moment; try again later"};
}

smtp::ServerAnswer spool_failed() {
    return {.code = codes::local_error,
            .enhanced = codes::EnhancedCode::temporary(codes::other_system_status),
            .text = "Queue cannot be written to disk; try again later"};
}

smtp::ServerAnswer content_failed() {
    return {.code = codes::local_error,
            .enhanced = codes::EnhancedCode::temporary(codes::other_system_status),
            .text = "Message cannot be written to disk; try again later"};
}

}  // namespace turnaway::relay
