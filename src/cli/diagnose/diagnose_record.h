// DiagnoseRecord: one recipient of a diagnosis as a line of JSON or CSV, or as text for people.
//
// All three say the same. Text of the message is printed without control characters.
#pragma once

#include <string>
#include <string_view>

#include "bounce/diagnosis.h"
#include "cli/common/colours.h"

namespace turnaway::cli {

// A message, or one recipient of it. Without a recipient the kind is all that is known.
struct DiagnoseRow {
    std::string_view source;  // "inbox/1.eml", "archive.mbox:12"
    const bounce::Diagnosis& diagnosis;
    const bounce::RecipientDiagnosis* recipient = nullptr;

    bounce::Kind kind() const { return recipient == nullptr ? diagnosis.kind : recipient->kind; }
};

void append_json(std::string& out, const DiagnoseRow& row);
std::string_view csv_head();
void append_csv(std::string& out, const DiagnoseRow& row);
void append_page(std::string& out, const DiagnoseRow& row, const Colours& colours);

}  // namespace turnaway::cli
