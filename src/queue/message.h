// Message: one message in the queue: its envelope, and the progress and attempts of each recipient.
//
// A plain value that owns everything except the content, which is in the spool. Times are whole
// seconds of the wall clock, because they must survive a restart.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "codes/code.h"
#include "mail/envelope.h"
#include "queue/queue_id.h"
#include "smtp/client_outcome.h"

namespace turnaway::queue {

// A host's reply: the text of each line after the code, unchanged; the storing code limits its
// size.
struct RemoteWords {
    codes::ReplyCode code;
    std::vector<std::string> lines = {};
    bool operator==(const RemoteWords&) const = default;
};

// One attempt at one address of one host, or a lookup that led to no host.
struct Attempt {
    std::chrono::sys_seconds time;
    std::string host = {};                   // empty if none was chosen
    std::string address = {};                // as text; empty if none was dialled
    std::optional<codes::Stage> stage = {};  // the stage it reached; nothing: the lookup
    smtp::ClientVerdict verdict = smtp::ClientVerdict::temporary;
    smtp::ClientCause cause = smtp::ClientCause::replied;  // valid only if there is a stage
    codes::EnhancedCode status;
    std::optional<RemoteWords> remote = {};  // only text received over SMTP
    // Of the relay, if no host replied: "no answer within 30 s"
    std::string words = {};
    bool operator==(const Attempt&) const = default;
};

enum class Progress : std::uint8_t {
    waiting,       // to be tried when due
    done,          // delivered, or failed and reported (or no report was requested)
    unreportable,  // failed, and no report can be sent: kept for the administrator (requirement 45)
};

struct RecipientState {
    Progress progress = Progress::waiting;
    std::uint32_t tries = 0;            // rounds over all hosts, not connections
    std::chrono::sys_seconds due = {};  // of the next round, while waiting
    bool is_delay_reported = false;
    std::vector<Attempt> attempts = {};  // oldest first; bounded (queue/history.h)
    bool operator==(const RecipientState&) const = default;
};

struct Message {
    QueueId id;
    std::chrono::sys_seconds arrival;
    mail::Envelope envelope = {};
    std::vector<RecipientState> states =
        {};  // one for each recipient of the envelope, in its order
    std::uint64_t content_bytes = 0;
    bool is_eight_bit = false;      // the content contains an octet over 127
    bool has_ascii_header = false;  // known: none before the first empty line
    bool is_held = false;           // not to be tried until released
    std::string client = {};        // the source: the client's address as text, or "report"
    bool operator==(const Message&) const = default;
};

}  // namespace turnaway::queue
