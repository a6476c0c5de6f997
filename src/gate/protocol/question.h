// Question: what a mail server asks about a sender, a recipient or both, in any of the protocols.
//
// Addresses are as the mail server wrote them, without angle brackets, not checked: an address that
// cannot be read is passed, since the mail server judges its syntax. Owning values: a question
// outlives the bytes it came in. A session fills in the same question again and again (`clear`), so
// that its strings are allocated once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "route/ip_address.h"

namespace turnaway::gate {

enum class About : std::uint8_t { sender, recipient, both };

struct Question {
    std::uint64_t id = 0;  // unique among the open questions of one session
    About about = About::recipient;
    std::string sender = {};     // empty: `<>`
    std::string recipient = {};  // empty if `about` is sender
    // Nothing: submitted on this machine, or the mail server does not say.
    std::optional<route::IpAddress> client = {};
    std::string user = {};      // authenticated; empty: none
    std::string queue_id = {};  // of the mail server, for the log; empty: not known yet

    // Keeps the memory of the strings.
    void clear() {
        for (auto* text : {&sender, &recipient, &user, &queue_id}) text->clear();
        client.reset();
    }
};

}  // namespace turnaway::gate
