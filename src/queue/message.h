// Message: one message in the queue: its envelope, and for each recipient how far it came and every
// attempt.
//
// A plain value that owns everything. The content is not here; the spool keeps it. Times are whole
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

// What a host said: the text of each line behind the code, as it came, bounded by whoever keeps it.
struct RemoteWords {
    codes::ReplyCode code;
    std::vector<std::string> lines = {};
    bool operator==(const RemoteWords&) const = default;
};

// One try at one address of one host, or a look-up that led to no host.
struct Attempt {
    std::chrono::sys_seconds time;
    std::string host = {};                   // empty when none was chosen
    std::string address = {};                // as text; empty when none was dialled
    std::optional<codes::Stage> stage = {};  // how far it came; nothing: the look-up
    smtp::ClientVerdict verdict = smtp::ClientVerdict::temporary;
    smtp::ClientCause cause = smtp::ClientCause::replied;  // read when there is a stage
    codes::EnhancedCode status;
    std::optional<RemoteWords> remote = {};  // only what came over SMTP
    std::string words = {};                  // ours, where no host spoke: "no answer within 30 s"
    bool operator==(const Attempt&) const = default;
};

enum class Progress : std::uint8_t {
    waiting,       // to be tried when due
    done,          // delivered, or failed and reported (or the report was not wished for)
    unreportable,  // failed, and nobody can be told: kept for the administrator (requirement 45)
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
    bool is_eight_bit = false;      // the content holds an octet over 127
    bool has_ascii_header = false;  // known to hold none before the first empty line
    bool is_held = false;           // not to be tried until released
    std::string client = {};        // who gave it: the client's address as text, or "report"
    bool operator==(const Message&) const = default;
};

}  // namespace turnaway::queue
