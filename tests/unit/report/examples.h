// Examples: the reports that the golden files in tests/unit/report/golden show in full.
//
// Each is made of plain values, named as its file. examples() owns everything.
#pragma once

#include <string>
#include <vector>

#include "report/report.h"

namespace turnaway::report::testing {

struct Example {
    std::string name;
    Report report;
};

inline constexpr std::string_view original =
    "Received: from laptop.example by relay.example.net; Mon, 23 Nov 2026 09:00:00 +0000\r\n"
    "From: Ann <ann@sender.example>\r\n"
    "To: bob@nomail.example\r\n"
    "Subject: Lunch\r\n"
    "Message-ID: <lunch.1@sender.example>\r\n"
    "\r\n"
    "Shall we eat at noon?\r\n";

mail::Address address(std::string_view text);
// From ann@sender.example to these, arrived at 09:00 and reported at 13:00.
Report report_to(const std::vector<std::string_view>& recipients);
std::chrono::sys_seconds at(int hours, int minutes);

std::vector<Example> examples();

}  // namespace turnaway::report::testing
