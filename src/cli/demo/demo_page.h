// DemoPage: the demo's output for people around its table and its dialogues: the beginning, each
// case, the last screen, the answers to keys, a line for each message of the user.
//
// Everything is wrapped or cut to the given columns.
#pragma once

#include <string>
#include <string_view>

#include "cli/demo/demo_environment.h"
#include "cli/demo/demo_mail.h"
#include "cli/demo/demo_run.h"
#include "cli/demo/demo_table.h"
#include "cli/explain/explain_record.h"

namespace turnaway::cli {

class DemoPage {
  public:
    explicit DemoPage(const Colours& colours) : colours_(colours) {}

    static std::string begin(std::size_t columns);
    // A case that has ended, in at most six lines: its row or, if the table is shown anyway, the
    // fault of the domain; then the decisive part.
    std::string case_in_short(std::size_t number, const CaseResult& result, std::string_view row,
                              std::size_t columns) const;
    // Everything about it: DNS, each line of the dialogues, reports, the other servers.
    std::string case_as_a_whole(std::size_t number, const CaseResult& result,
                                std::size_t columns) const;
    // The overall result; `as_expected` cases ended as expected.
    static std::string summary(const DemoTable& table, std::size_t as_expected,
                               std::size_t columns);
    // How to send a message, and where to read more.
    std::string stay(const DemoEnvironment& environment, std::size_t columns) const;
    static std::string next(std::size_t columns);
    std::string keys(std::size_t columns) const;

    std::string report(const DemoReport& report, std::size_t columns) const;
    std::string mail_line(const MailLine& line, std::size_t columns) const;

  private:
    const Colours& colours_;
};

}  // namespace turnaway::cli
