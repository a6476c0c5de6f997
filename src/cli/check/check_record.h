// CheckRecord: an Assessment for programs: a JSON object (docs/json.md), the columns of a CSV row,
// and the one line for monitoring.
//
// Names of fields and columns are stable; fields are only ever added. CSV as in RFC 4180, with LF.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "check/assessment.h"

namespace turnaway::cli {

// One object without its newline. `dnssec`: the state of validation.
std::string check_json(const check::Assessment& assessment, std::string_view dnssec);
// For an input that is not a domain, address or host.
std::string check_fault_json(std::string_view input, std::string_view error);

inline constexpr std::array<std::string_view, 6> check_columns{
    "accepts_mail", "verdict", "detail", "mx", "code", "suggestion"};
// In the order of check_columns.
std::vector<std::string> check_row(const check::Assessment& assessment);
std::vector<std::string> check_fault_row(const std::string& error);
// Appends a row of CSV with its LF.
void append_csv_row(std::string& out, const std::vector<std::string>& cells);

inline constexpr int nagios_unknown = 3;
// `MAIL OK - ... | time=0.012s` with its LF, at most 4 KiB, and the exit status: 0, 2 critical, 3
// unknown. `faults` are invalid names, or the error that prevented all checks.
std::pair<std::string, int> nagios_line(const std::vector<check::Assessment>& assessments,
                                        const std::vector<std::string>& faults);

}  // namespace turnaway::cli
