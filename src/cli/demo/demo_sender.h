// DemoSender: passes one message to the relay over SMTP and notes the dialogue.
//
// One command at a time, so that the dialogue has the familiar form (RFC 5321). Gives up at the
// first refusal, with QUIT.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/common/loopback.h"
#include "cli/demo/demo_journal.h"
#include "smtp/reply.h"

namespace turnaway::cli {

inline constexpr std::string_view demo_sender = "ann@sender.example";

// The mail server that takes the message, by the name in the dialogue.
struct DemoServer {
    std::string name;
    ListenAddress place;
};

struct DemoMessage {
    std::string sender, recipient, subject, text;
};

struct Handed {
    // To the decisive command: the refused one, or the end of the content.
    smtp::Reply reply;
    bool is_accepted = false;
    Steady::time_point answered;  // when that reply arrived
};

// Fails if the server cannot be reached or stops replying before `until`, and at a stop request.
[[nodiscard]] base::Result<Handed> hand_over(const DemoMessage& message, const DemoServer& server,
                                             DemoJournal& journal, Steady::time_point until,
                                             const std::stop_token& stop);

}  // namespace turnaway::cli
