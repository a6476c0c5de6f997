// DemoPage: what the demo prints for people: each case with its dialogues, its end and what other
// servers do.
//
// What peers said is made safe to show. Lines are as wide as what was said; sentences are wrapped
// at page_columns.
#pragma once

#include <map>
#include <string>

#include "cli/demo_run.h"
#include "cli/explain_record.h"

namespace turnaway::cli {

inline constexpr std::size_t page_columns = 78;

class DemoPage {
  public:
    explicit DemoPage(const Colours& colours) : colours_(colours) {}

    std::string begin() const;
    std::string begin_case(std::size_t number, std::size_t count, const DemoCase& demo_case) const;
    // `since`: what its time is counted from. A reply of several lines is shown as one, at its
    // last.
    std::string line(const WireLine& line, Steady::time_point since);
    std::string end_case(const CaseResult& result) const;
    // For a message that came while the demo stays up.
    std::string arrival(const Arrival& arrival, Steady::time_point since) const;
    std::string end(std::size_t as_expected) const;
    std::string stay(const DemoScene& scene) const;

  private:
    std::string report(const DemoReport& report) const;

    const Colours& colours_;
    std::map<std::size_t, std::string> begun_replies_;  // by dialogue
};

}  // namespace turnaway::cli
