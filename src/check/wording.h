// Wording: an Assessment in plain sentences: the answer, why it is so with its sources, and which
// records would fix it. Page, JSON, CSV and the line for Nagios share them.
//
// Everything here is safe to print: names and words from DNS and hosts are escaped and cut.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "check/assessment.h"

namespace turnaway::check {

// One sentence that stands without the subject: "Its only MX is the root: it says itself that it
// takes no mail."
std::string sentence_of(const Assessment& assessment);

// Something odd that does not change the answer, or qualifies it; a sentence each.
std::vector<std::string> remarks_of(const Assessment& assessment);
std::string sentence_of(const route::Note& note);

// Why such a finding means what it means, with the section that says so.
struct Reason {
    std::string_view words;
    std::string_view source;  // "RFC 7505 section 3"
};
std::vector<Reason> reasons_of(const Assessment& assessment);

// A record to publish or to take away, in the form of a zone file.
struct Fix {
    std::string when;  // "To publish that it does not accept mail:"; empty when it goes on from the
                       // one before
    std::string record;
};
std::vector<Fix> fixes_of(const Assessment& assessment);

// What to do about certificates that are expired or for another name; a line each host.
std::vector<std::string> tls_hints_of(const Assessment& assessment);

// "521 host.example Host does not accept mail", "no answer within the time": how it ended.
std::string outcome_of(const ProbeResult& result);
// The code that decided: of the host that bears out the verdict; of DNS, the code the relay answers
// RCPT with. Empty when there is none.
std::string code_of(const Assessment& assessment);
// "10 mx.example.org, 20 mx2.example.org", "0 .": the MX as DNS has it; empty without one.
std::string mx_of(const Assessment& assessment);

}  // namespace turnaway::check
