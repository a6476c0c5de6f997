// Wording: what happened to one recipient, and what to do about it, in one plain sentence each.
//
// The text comes from the code tables (data/codes.csv, data/causes.csv) where it suits the author
// of a message; advice for administrators is reworded here.
#pragma once

#include <string>

#include "mail/envelope.h"
#include "report/report.h"

namespace turnaway::report {

struct Wording {
    std::string happened;  // both are UTF-8 without control characters
    std::string advice;
    // The command with which the administrator of this relay ends the refusal, if there is one.
    std::string way_out = {};
};

Wording wording_of(const RecipientOutcome& outcome, const mail::Recipient& recipient);

}  // namespace turnaway::report
