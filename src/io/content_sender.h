// send_content: the content of a message with its stuffed dots and final dot, onto the connection.
//
// Part of client_driver. When the session no longer wishes to send (the host refused early) it
// stops and says neither failure nor error.
#pragma once

#include <optional>

#include "io/client_driver.h"

namespace turnaway::io {

struct ContentSent {
    std::optional<Failure> failure = {};
    std::optional<base::Error> content_error = {};
};

asio::awaitable<ContentSent> send_content(ClientDrive& drive);

}  // namespace turnaway::io
