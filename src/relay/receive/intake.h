// Intake: what a receiving session holds, as a message for the queue.
//
// A recipient named twice is in it once, which RFC 5321 leaves to us, with what either time wished
// to hear (NOTIFY). With another ORCPT it is another recipient, although it has the same address:
// the sender must hear what became of each address it wrote to (RFC 3461 section 4.2). Content of
// eight bits under BODY=7BIT is taken and kept as it is (RFC 6152 section 3): `is_eight_bit` has it
// sent as 8BITMIME, or returned where the next host does not offer that. Pure.
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

// At the session's action to commit.
queue::Message message_from(const smtp::ServerSession& session, Taken taken);

void merge_repeated(std::vector<mail::Recipient>* recipients);

}  // namespace turnaway::relay
