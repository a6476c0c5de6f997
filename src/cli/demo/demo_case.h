// DemoCase: the five cases the demo goes through, what should come of each, and whether it did.
//
// Pure: a case is a row, the interpretation looks at facts only.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/demo/demo_report.h"
#include "codes/code.h"

namespace turnaway::cli {

enum class Ending : std::uint8_t {
    refused,    // at RCPT, nothing queued
    reported,   // taken, then a report of failure
    delayed,    // taken, kept, and a report that says so
    delivered,  // at the healthy host
};
std::string_view name(Ending ending);

struct DemoCase {
    std::string_view name;    // a word, for JSON and tests
    std::string_view title;   // what is wrong with the domain
    std::string_view domain;  // of the recipient
    std::string_view zone;    // what DNS says, for people
    Ending ending;            // as it should be
    // Of the reply when it is refused, of the report when there is one.
    std::optional<codes::EnhancedCode> code;
    bool meets_refusing_host;  // a connection to turnaway-refuse belongs to it
    std::string_view remark;   // a sentence for people
};
std::span<const DemoCase> demo_cases();

// What was seen of one case.
struct CaseFacts {
    std::optional<codes::ReplyCode> reply = {};  // to RCPT or to the content
    std::optional<codes::EnhancedCode> reply_enhanced = {};
    bool is_delivered = false;
    bool has_met_refusing_host = false;  // it said 521
    std::vector<DemoReport> reports = {};
};
// How it ended; nothing while it has not.
std::optional<Ending> ending_of(const CaseFacts& facts);
// Nothing when all is as it should be, else a sentence.
std::optional<std::string> fault_of(const DemoCase& expected, const CaseFacts& facts);

}  // namespace turnaway::cli
