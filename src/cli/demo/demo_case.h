// DemoCase: the five cases of the demo and the two of the demo with --gate, the expected result of
// each, and whether it was reached.
//
// Pure: a case is a row, the interpretation uses facts only.
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
    reported,   // accepted, then a report of failure
    delayed,    // accepted, kept, and a report of the delay
    delivered,  // to the healthy host
};
std::string_view name(Ending ending);

struct DemoCase {
    std::string_view name;    // an identifier, for JSON and tests
    std::string_view title;   // the fault of the domain
    std::string_view domain;  // of the recipient
    std::string_view zone;    // its DNS records, for people
    Ending ending;            // the expected one
    // Of the reply if it is refused, of the report if there is one.
    std::optional<codes::EnhancedCode> code;
    bool meets_refusing_host;  // it includes a connection to turnaway-refuse
    std::string_view remark;   // a sentence for people
};
std::span<const DemoCase> demo_cases();
// With --gate.
std::span<const DemoCase> gate_demo_cases();

// The observations of one case.
struct CaseFacts {
    std::optional<codes::ReplyCode> reply = {};  // to RCPT or to the content
    std::optional<codes::EnhancedCode> reply_enhanced = {};
    bool is_delivered = false;
    bool has_met_refusing_host = false;  // which replied 521
    std::vector<DemoReport> reports = {};
};
// How it ended; nothing if it has not.
std::optional<Ending> ending_of(const CaseFacts& facts);
// Nothing if all is as expected, else a sentence.
std::optional<std::string> fault_of(const DemoCase& expected, const CaseFacts& facts);

}  // namespace turnaway::cli
