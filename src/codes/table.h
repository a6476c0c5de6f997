// The code table: one row for each reply code and each enhanced code, made from data/codes.csv,
// data/registry.csv and data/code_classes.csv.
//
// Lookup is a binary search in constant data: no allocation, no start-up cost. The rows are checked
// at compile time (table.cc): sorted, unique, complete, with pairings that exist. All texts are
// static. RFC 5321 section 4.2.3, RFC 3463, RFC 5248 and the RFCs that each row names.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "codes/code.h"
#include "codes/constants.h"

namespace turnaway::codes {

// Who has to act.
enum class Actor : std::uint8_t {
    nobody,
    sender,           // the person or program that wrote the message
    sending_admin,    // the administrator of the sending mail system or its DNS
    recipient,        // the owner of the mailbox
    receiving_admin,  // the administrator of the receiving mail system or its DNS
    list_owner,       // the owner of the mailing list
};
// Whether to send the same message to the same address again.
enum class Retry : std::uint8_t {
    no,
    later,  // unchanged, after a wait
    yes,    // at once, in the way that the advice names (TLS, login, without a parameter)
};
enum class Standing : std::uint8_t {
    standard,
    extension,     // standard, for an SMTP extension few hosts offer
    experimental,  // experimental RFC or expired draft
    registered,    // mentioned by the registry as a partner of an enhanced code, defined nowhere
    deprecated,
    wild,  // seen in real replies, defined nowhere
};
// The registry's entry for the document that defines an enhanced code (RFC 5248 section 2.1).
enum class Track : std::uint8_t { standards_track, best_current_practice, not_standards_track };
// The class with which RFC 3463 calls an enhanced code useful: "only", or "should be used as".
enum class UsefulAs : std::uint8_t {
    in_its_classes,
    permanent_only,
    temporary_only,
    permanent_rather,
    temporary_rather,
};
std::string_view name_of(Track track);        // "standards-track"
std::string_view name_of(Actor actor);        // "sending-admin"
std::string_view name_of(Retry retry);        // "later"
std::string_view name_of(Standing standing);  // "standard"

// The part that both kinds of row share. `name` is the name of the constant, empty where there is
// none. A broad code leaves the cause to the text of the reply (X.0.0, X.7.1, 550).
struct Description {
    std::string_view name;
    Standing standing = Standing::standard;
    bool broad = false;
    std::string_view title;
    std::string_view meaning;
    std::string_view where;
    std::string_view reference;
};

struct ReplyRow {
    ReplyCode code;
    Description about;
    Actor actor;
    Retry retry;
    std::string_view advice;
};

inline constexpr std::uint8_t class_2 = 1, class_4 = 2, class_5 = 4;
// The bit of class digit 2, 4 or 5; 0 for any other digit.
constexpr std::uint8_t class_bit(int class_digit) {
    return class_digit == 2 ? class_2 : class_digit == 4 ? class_4 : class_digit == 5 ? class_5 : 0;
}

// The entry of the IANA registry of enhanced codes; a text is empty where the registry gives none.
struct Registration {
    std::string_view sample_text, submitter, change_controller;
    Track track;
    UsefulAs useful;
};

struct EnhancedRow {
    Detail detail;
    Description about;
    std::uint8_t classes;  // class_2 | class_4 | class_5: the classes it makes sense with
    std::uint16_t pairs_begin, pairs_count;
    bool pairs_with_any;
    Actor actor;
    Retry retry_if_permanent;
    std::string_view advice;               // for class 5, or for class 2 when that is good news
    std::string_view advice_if_temporary;  // for class 4; empty: the advice for the class
    Actor actor_if_temporary;
    std::string_view meaning_if_success, meaning_if_temporary;  // empty: as in the description
    Registration registration;

    // 0 for a code without a class (X.1.10).
    constexpr std::string_view meaning(int class_digit) const {
        if (class_digit == 2 && !meaning_if_success.empty()) return meaning_if_success;
        if (class_digit == 4 && !meaning_if_temporary.empty()) return meaning_if_temporary;
        return about.meaning;
    }
    constexpr bool usual_with(int class_digit) const {
        return (classes & class_bit(class_digit)) != 0;
    }
};

struct ClassRow {
    int digit;
    std::string_view title, meaning, reference;
    Actor actor;
    Retry retry;
    std::string_view advice;
};

struct SubjectRow {
    int number;
    std::string_view title, meaning, reference;
    Actor actor;  // where only the subject of a failure is known
};

#include "codes/code_rows.inc"

// nullptr when the table has no such code.
const ReplyRow* find(ReplyCode code);
const EnhancedRow* find(Detail detail);
const ClassRow* find_class(int class_digit);
const SubjectRow* find_subject(int subject);

// The row with this sample text in the registry; case and a full stop at the end are ignored.
const EnhancedRow* find_sample_text(std::string_view text);

// The reply codes that RFCs pair with an enhanced code: those in the registry, and those that
// another RFC requires (452 4.5.3). Empty for "any" and "not given".
constexpr std::span<const ReplyCode> pairs_of(const EnhancedRow& row) {
    return std::span(pair_codes).subspan(row.pairs_begin, row.pairs_count);
}
bool is_paired(const EnhancedRow& row, ReplyCode code);

}  // namespace turnaway::codes
