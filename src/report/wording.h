// Wording: what happened to one recipient, and what to do about it, in one plain sentence each.
//
// The words come from the code tables (data/codes.csv, data/causes.csv) where they fit a person who
// only wrote a letter; what is for administrators there is put in other words here.
#pragma once

#include <string>

#include "mail/envelope.h"
#include "report/report.h"

namespace turnaway::report {

struct Wording {
    std::string happened;  // both are UTF-8 without control characters
    std::string advice;
    // The command by which the administrator of this relay ends the refusal, where there is one.
    std::string way_out = {};
};

Wording wording_of(const RecipientOutcome& outcome, const mail::Recipient& recipient);

}  // namespace turnaway::report
