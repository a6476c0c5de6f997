// LogReaders: one function for each program whose log is read: from a line to a DeliveryEvent.
//
// Each returns false for a line that says nothing about a delivery. Only the lines that the program
// itself writes about an attempt are read, from their beginning: strangers write parts of them.
// Sources: the logs of Debian's packages in tests/data/logs (Postfix, Exim, Sendmail, OpenSMTPD);
// for the others what tests/data/logs/README.md names. Known gaps: refused mail of others (NOQUEUE,
// rejected RCPT) is not a delivery; Haraka's failures of a whole message, which name no recipient;
// line ends in PowerMTA's cells.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bounce/log/delivery_event.h"

namespace turnaway::bounce {

// `message` is the line without time, host and program.
bool read_postfix(std::string_view message, DeliveryEvent& event);
bool read_exim(std::string_view message, DeliveryEvent& event);
bool read_sendmail(std::string_view message, std::string& text, DeliveryEvent& event);
bool read_opensmtpd(std::string_view message, DeliveryEvent& event);
// In its default form or as logfmt.
bool read_haraka(std::string_view message, std::string& text, DeliveryEvent& event);

// The members of a JSON line: "response.code" and its value, without quotes.
struct JsonMember {
    std::string path, value;
};
using JsonMembers = std::vector<JsonMember>;
std::string_view member(const JsonMembers& members, std::string_view path);
bool read_kumomta(const JsonMembers& members, std::string& text, DeliveryEvent& event);
bool read_haraka_json(const JsonMembers& members, DeliveryEvent& event);
bool read_turnaway_json(const JsonMembers& members, DeliveryEvent& event);

bool read_powermta(const std::vector<std::string>& columns, const std::vector<std::string>& cells,
                   std::string& id, DeliveryEvent& event);

}  // namespace turnaway::bounce
