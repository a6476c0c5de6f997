// DeliveryFields: the recipients of a machine-readable report, message/delivery-status or one of
// its kin, field by field and without judgement.
//
// The first group is about the message, each other about one recipient (RFC 3464 section 2.1).
// Tolerated: a missing first group, a recipient in the first group, no empty line between two
// recipients, and text before the fields. RFC 3464, RFC 6533; RFC 5965 and RFC 8098 have one group.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace turnaway::bounce {

struct RecipientFields {
    std::string final_recipient, original_recipient;
    std::string action;  // in lower case
    std::string status, diagnostic, remote;
    bool is_of_program = false;  // the diagnostic is of a program, not of a host
};

struct DeliveryFields {
    std::string reporting_mta, arrival_date, envelope_id;
    std::vector<RecipientFields> recipients;
};

DeliveryFields read_delivery_fields(std::string_view text);

}  // namespace turnaway::bounce
