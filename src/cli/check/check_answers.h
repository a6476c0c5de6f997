// CheckAnswers: the output of `turnaway check` for the names on its command line, in every form.
//
// One name gives a page, several a table, or pages with --why or --fix. A text that is not a name
// is reported on standard error and has its row like the others. The line for monitoring is written
// once, at the end, and is always written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "check/assessment.h"
#include "cli/check/check_options.h"
#include "cli/check/check_page.h"
#include "cli/common/output.h"

namespace turnaway::cli {

class CheckAnswers {
  public:
    explicit CheckAnswers(const CheckOptions& options);

    // The state of DNSSEC validation, shown on request.
    void set_dnssec(std::string dnssec) { dnssec_ = std::move(dnssec); }

    // False if writing failed.
    bool add(const check::Assessment& assessment);
    bool add_fault(std::string_view input, const std::string& error);
    // The exit status for all inputs.
    int end();
    // Nothing could be checked; returns the exit status.
    int fail(const base::Error& error);

  private:
    bool write();
    void append_row(std::string_view name, check::Acceptance acceptance, std::string_view verdict,
                    std::string_view detail);

    CheckForm form_;
    bool is_quiet_;
    bool is_table_;
    bool says_dnssec_;
    CheckPageStyle style_;
    std::string dnssec_;
    std::size_t name_columns_ = 0;
    check::Acceptance all_ = check::Acceptance::yes;
    bool has_page_ = false;
    bool has_fault_ = false;
    std::vector<check::Assessment> kept_;  // for the monitoring line
    std::vector<std::string> faults_;
    Output output_{"turnaway check"};
    std::string out_;
};

}  // namespace turnaway::cli
