// DemoPage: what the demo prints for people around its table and its dialogues: the beginning, each
// case, the last screen, the answers to keys, a line for each message of the user.
//
// Everything is wrapped or cut to the columns that it is given.
#pragma once

#include <string>
#include <string_view>

#include "cli/demo/demo_mail.h"
#include "cli/demo/demo_run.h"
#include "cli/demo/demo_table.h"
#include "cli/explain/explain_record.h"

namespace turnaway::cli {

class DemoPage {
  public:
    explicit DemoPage(const Colours& colours) : colours_(colours) {}

    static std::string begin(std::size_t columns);
    // A case that has ended, in at most six lines: its row or, where the table is shown anyway,
    // what is wrong with the domain; then what decided it.
    std::string case_in_short(std::size_t number, const CaseResult& result, std::string_view row,
                              std::size_t columns) const;
    // Everything about it: DNS, each line that was said, reports, the other servers.
    std::string case_as_a_whole(std::size_t number, const CaseResult& result,
                                std::size_t columns) const;
    // How all ended; `as_expected` of them as they should.
    static std::string summary(const DemoTable& table, std::size_t as_expected,
                               std::size_t columns);
    // How to send a message of one's own, and where to go on.
    std::string stay(const DemoEnvironment& environment, std::size_t columns) const;
    static std::string next(std::size_t columns);
    std::string keys(std::size_t columns) const;

    std::string report(const DemoReport& report, std::size_t columns) const;
    std::string mail_line(const MailLine& line, std::size_t columns) const;

  private:
    const Colours& colours_;
};

}  // namespace turnaway::cli
