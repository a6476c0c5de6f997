// DemoDialogue: the dialogues of a case, in short (the decisive part) and in full, for a terminal
// of a given width.
//
// In short: for each connection the decisive command and the last reply to it, then the report; at
// most short_lines_max lines, each cut to fit. In full: every line with the time since the case
// began, a reply of several lines as one, long ones wrapped. Text from peers is made safe to show.
#pragma once

#include <string>
#include <vector>

#include "cli/demo/demo_run.h"
#include "cli/explain/explain_record.h"

namespace turnaway::cli {

inline constexpr std::size_t short_lines_max = 5;

// Without line ends.
std::vector<std::string> short_dialogue(const CaseResult& result, std::size_t columns);
// With line ends.
std::string whole_dialogue(const CaseResult& result, const Colours& colours, std::size_t columns);
// A report as its reader gets it: subject, text, and the machine-readable part.
std::string report_text(const DemoReport& report, std::size_t columns);

}  // namespace turnaway::cli
