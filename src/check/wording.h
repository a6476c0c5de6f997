// Wording: an Assessment in plain sentences: the answer, its reasons with sources, and the records
// that would fix it. Shared by page, JSON, CSV and the Nagios line.
//
// Everything here is safe to print: names and text from DNS and hosts are escaped and cut.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/assessment.h"

namespace turnaway::check {

// The answer without the subject's name: "It does not accept mail (null MX, RFC 7505)."
std::string sentence_of(const Assessment& assessment);

// Unusual points that do not change the answer, or that qualify it; one sentence each.
std::vector<std::string> remarks_of(const Assessment& assessment);
std::string sentence_of(const route::Note& note);

// Why a verdict or remark means what it means, with the relevant section.
struct Reason {
    std::string_view words;
    std::string_view source;  // "RFC 7505 section 3"
};
std::vector<Reason> reasons_of(const Assessment& assessment);

// A record to publish or to remove, in zone file format.
struct Fix {
    // "To publish that it does not accept mail:"; empty if it continues the previous fix.
    std::string when;
    std::string record;
};
std::vector<Fix> fixes_of(const Assessment& assessment);

// What to do about certificates that are expired or for another name; one line per host.
std::vector<std::string> tls_hints_of(const Assessment& assessment);

// How it ended: "521 host.example Host does not accept mail", "no answer within the time".
std::string outcome_of(const ProbeResult& result);
// The code that decided: that of the host which best supports the verdict, or, for a DNS verdict,
// the code with which the relay answers RCPT. Empty if there is none.
std::string code_of(const Assessment& assessment);
// The MX as in DNS: "10 mx.example.org, 20 mx2.example.org", "0 ."; empty if there is none.
std::string mx_of(const Assessment& assessment);

}  // namespace turnaway::check
