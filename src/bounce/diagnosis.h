// Diagnosis: what a message says about the delivery of another one: its kind, and for each
// recipient the reason and what follows from it.
//
// A pure function of the bytes of the message. Ordinary mail is `not_a_bounce`, without a guess.
// Standard reports are read by their fields, all others by their text (bounce/notice); a report in
// a report counts if the outer one names no recipient. RFC 3464, 5965, 6522, 6533, 8098. Known
// gaps: reports in S/MIME or PGP, and in zip files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bounce/charset.h"
#include "bounce/judgement.h"
#include "bounce/kind.h"
#include "codes/evidence_cache.h"

namespace turnaway::bounce {

enum class Authentic : std::uint8_t { unknown, yes, no };
std::string_view name_of(Authentic authentic);

// One attempt to deliver, as a log has it.
struct Attempt {
    Kind kind = Kind::delay;
    std::string time, remote, text, enhanced;
};

struct RecipientDiagnosis {
    Kind kind = Kind::bounce;
    std::string recipient;           // empty if the report names none
    std::string original_recipient;  // if it differs
    Judgement judgement;
    Permanence permanence = Permanence::unknown;
    std::string remote;  // the host that replied
    // Of a log: the attempts, oldest first, and the seconds from the arrival to the last one.
    std::vector<Attempt> attempts;
    std::size_t attempts_left_out = 0;  // after the first, where there were too many
    std::optional<double> delay;
    bool is_reply = false;  // one reply, and no report about a message
};

// Fields of the message that came back.
struct Original {
    std::string message_id, from, to, subject, date, list_id;
    std::vector<std::pair<std::string, std::string>> others;  // those that the caller asked for
};

struct Diagnosis {
    Kind kind = Kind::not_a_bounce;
    std::vector<RecipientDiagnosis> recipients;
    std::string reporting_mta;
    std::string feedback_type;  // of a complaint: "abuse"
    Original original;
    Authentic authentic = Authentic::unknown;
    // Of a log: the program that wrote it, and the message in its queue.
    std::string_view program;
    std::string queue_id, sender;
};

// How final a failure of this kind is.
Permanence permanence_of(Kind kind, const Judgement& judgement);

struct Options {
    CharsetReader charsets;
    std::vector<std::string> original_headers;
    std::vector<std::string> own_domains;  // whose Message-ID shows that the original is ours
    // For a caller that reads many messages: what it makes faster, it does not change.
    codes::EvidenceCache* known = nullptr;
};

Diagnosis diagnose(std::string_view message, const Options& options);
// One reply or log line, as `turnaway explain` takes it.
Diagnosis diagnose_reply(std::string_view reply);

}  // namespace turnaway::bounce
