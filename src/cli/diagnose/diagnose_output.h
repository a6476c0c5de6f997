// DiagnoseOutput: diagnoses as rows of text, JSON or CSV, or as totals at the end.
//
// Rows can be made in any thread (append), totals and output only in one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bounce/diagnosis.h"
#include "cli/common/colours.h"
#include "cli/common/output.h"
#include "cli/diagnose/diagnose_record.h"
#include "cli/diagnose/diagnose_summary.h"

namespace turnaway::cli {

enum class OutputForm : std::uint8_t { page, json, csv, summary, suppress };

// Calls `take(row)` for each recipient, or once for a message without any.
template <class Take>
void for_each_row(std::string_view source, const bounce::Diagnosis& diagnosis, Take&& take) {
    if (diagnosis.recipients.empty()) take(DiagnoseRow{source, diagnosis});
    for (const bounce::RecipientDiagnosis& recipient : diagnosis.recipients)
        take(DiagnoseRow{source, diagnosis, &recipient});
}

class DiagnoseOutput {
  public:
    DiagnoseOutput(OutputForm form, const Colours& colours);

    bool has_totals() const {
        return form_ == OutputForm::summary || form_ == OutputForm::suppress;
    }
    // Nothing for totals.
    void append(std::string& out, const DiagnoseRow& row) const;
    void add_to_totals(const DiagnoseRow& row);
    // False once writing has failed.
    [[nodiscard]] bool write(std::string_view rows);
    [[nodiscard]] bool flush() { return output_.flush(); }
    [[nodiscard]] bool finish();

  private:
    OutputForm form_;
    Colours colours_;
    DiagnoseSummary summary_;
    SuppressionList suppressions_;
    Output output_{"turnaway diagnose"};
};

}  // namespace turnaway::cli
