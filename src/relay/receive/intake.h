// Intake: turns a receiving session's message into a message for the queue.
//
// A recipient given twice is merged into one, which RFC 5321 leaves to the server, with the reports
// that either requested (NOTIFY). With another ORCPT it remains another recipient with the same
// address: the sender must be informed about each address it wrote to (RFC 3461 section 4.2).
// Eight-bit content under BODY=7BIT is accepted and kept as it is (RFC 6152 section 3): with
// `is_eight_bit` it is sent as 8BITMIME, or returned if the next host does not offer that. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "mail/envelope.h"
#include "queue/message.h"
#include "smtp/server_session.h"

namespace turnaway::relay {

struct Taken {
    queue::QueueId id;
    std::chrono::sys_seconds arrival;
    std::uint64_t content_bytes = 0;  // as stored
    std::string client;
};

// Called when the session's action is to commit.
queue::Message message_from(const smtp::ServerSession& session, Taken taken);

void merge_repeated(std::vector<mail::Recipient>* recipients);

}  // namespace turnaway::relay
