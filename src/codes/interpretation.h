// ReplyInterpretation: the meaning of a reply, derived from its codes and its text.
//
// The standard's meaning applies unless the text clearly contradicts it. Then the text counts
// ("text") or, where the text also shows a provider with a known habit, the provider's meaning
// ("provider"). Never names a provider that neither the reply shows nor the caller named. Whether
// to retry follows the first digit of the reply code, as a client must (RFC 5321 section 4.2.1).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "codes/cause.h"
#include "codes/collision.h"
#include "codes/reply_line.h"
#include "codes/table.h"
#include "codes/text_evidence.h"

namespace turnaway::codes {

// The source of the answer.
enum class Basis : std::uint8_t {
    standard,  // the code table; a cause in the text agrees
    text,      // the text of the reply, which contradicts the code
    provider,  // the known habit of the provider that the reply shows
};

// How much of the code the table knows.
enum class Known : std::uint8_t { whole, subject, first_digit };

enum class Note : std::uint8_t {
    class_differs,    // 550 4.2.2: RFC 2034 section 4
    unusual_class,    // 5.1.5, 4.1.10: this enhanced code belongs to another class
    unusual_pair,     // the registry pairs the enhanced code with other reply codes
    replies_differ,   // lines of one reply carry different reply codes
    enhanced_differ,  // lines of one reply carry different enhanced codes
    misused_521,      // 521 for another reason than "does not accept mail": RFC 7504 section 3
    misused_556,      // the same for 556
    unknown_reply,    // reply code not in the table: read by the first digit
    unknown_detail,   // enhanced code not in the registry
    not_standard,     // reply code seen in the wild only
    registered_only,  // reply code that only the registry mentions
    experimental,     // reply code of an experiment
    deprecated,       // X.6.10
    greeting_is_about_client,  // 554 as a greeting
    too_many_is_temporary,     // 552 for too many recipients: RFC 5321 section 4.5.3.1.10
    leading_zero,              // 5.01.1: RFC 3463 section 2
};
inline constexpr int note_count = 16;

class NoteSet {
  public:
    constexpr void add(Note note) { bits_ |= 1U << static_cast<unsigned>(note); }
    constexpr bool has(Note note) const { return (bits_ >> static_cast<unsigned>(note) & 1U) != 0; }
    constexpr std::uint32_t bits() const { return bits_; }

  private:
    std::uint32_t bits_ = 0;
};

// Pointers are to the static tables, nullptr where a table has no row.
struct ReplyInterpretation {
    std::optional<ReplyCode> reply;
    std::optional<EnhancedCode> enhanced;
    std::optional<CodePattern> pattern;
    int digit = 0;  // 2 to 5, the reply code's before the enhanced code's; 0 for X.1.10
    const ReplyRow* reply_row = nullptr;
    const EnhancedRow* enhanced_row = nullptr;
    const SubjectRow* subject_row = nullptr;
    const ClassRow* class_row = nullptr;
    bool reply_governs = false;  // the reply code, not the enhanced code, carries the meaning
    Known known = Known::whole;
    Basis basis = Basis::standard;
    std::optional<Cause> cause;  // what the text shows
    bool cause_agrees = true;
    bool cause_is_weak = false;               // weak words alone show it
    std::optional<Cause> cause_of_code;       // what the code alone implies
    bool is_words_only = false;               // the reply carries no code
    const CollisionRow* collision = nullptr;  // the provider's row when basis is provider
    ProviderSet providers = 0;                // shown by the text or named by the caller
    Stage stage = Stage::unknown;
    Actor actor = Actor::nobody;
    Retry retry = Retry::no;
    std::string_view advice;
    NoteSet notes;
    std::optional<ReplyCode> other_reply;
    std::optional<EnhancedCode> other_enhanced;

    // What is wrong: according to the provider, to the text, or else to the code.
    std::optional<Cause> shown_cause() const;
    // The code that carries the meaning leaves the cause to the text.
    bool is_broad() const;
    // The text describes the cause more exactly than the code.
    bool answers_by_cause() const;
    // The standard's meaning of that code in the reply's class. Only where `known` is whole.
    std::string_view standard_meaning() const;
    // The codes contradict each other (250 5.1.1), or the enhanced code its own class (2.1.1).
    bool contradicts_itself() const;
    // Whether a row of data/collisions.csv applies to this code, is not the row that gave the
    // answer, and is not ruled out by a cause in the text.
    bool is_known_use(const CollisionRow& row) const;
};

// `named` are providers that the caller knows to have sent the reply.
ReplyInterpretation judge(const ReplyReading& reading, ProviderSet named = 0);

}  // namespace turnaway::codes
