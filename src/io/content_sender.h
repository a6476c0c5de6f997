// send_content: sends the content of a message with dot-stuffing and the final dot.
//
// Part of client_driver. If the session no longer wants to send (the host refused early), it stops
// and returns neither failure nor error.
#pragma once

#include <optional>

#include "io/client_driver.h"

namespace turnaway::io {

struct ContentSent {
    std::optional<Failure> failure = {};
    std::optional<base::Error> content_error = {};
    bool is_abandoned = false;  // the final dot may not be sent
};

asio::awaitable<ContentSent> send_content(ClientDrive& drive);

}  // namespace turnaway::io
