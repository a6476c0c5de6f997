// DemoRun: sends the message of each case into the environment, collects what comes of it, judges
// it.
//
// A case is over when the relay has refused it or something about it has reached the healthy host,
// which is also where the sender's mail goes; or after case_wait_max. What comes later still
// counts: `judge_again` looks at everything once more.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/demo/demo_case.h"
#include "cli/demo/demo_environment.h"
#include "cli/demo/demo_journal.h"
#include "cli/demo/demo_report.h"
#include "cli/demo/demo_sender.h"

namespace turnaway::cli {

struct CaseResult {
    const DemoCase* demo_case;
    Steady::time_point begin;
    std::optional<Steady::time_point> ended = {};
    std::optional<smtp::Reply> reply = {};  // the relay's last word on the message
    CaseFacts facts = {};
    std::vector<WireLine> lines = {};
    std::optional<std::string> fault = {};  // nothing when all is as it should be

    std::optional<double> milliseconds() const;
};

double milliseconds_between(Steady::time_point begin, Steady::time_point end);

class DemoRun {
  public:
    static constexpr std::chrono::seconds case_wait_max{30};

    DemoRun(DemoEnvironment& environment, std::stop_token stop)
        : environment_(environment), stop_(std::move(stop)) {}

    // Valid until the run goes.
    const CaseResult& run(const DemoCase& demo_case);
    // After the programs have ended: what each result says, with all that came since. Empty when
    // nothing has changed, else a sentence.
    std::optional<std::string> judge_again();

  private:
    [[nodiscard]] base::Result<Handed> hand_over_message(CaseResult& result);
    void collect_until_over(CaseResult& result);
    void take(CaseResult& result, News news);
    void take_arrival(const Arrival& arrival);

    DemoEnvironment& environment_;
    std::stop_token stop_;
    std::vector<std::unique_ptr<CaseResult>> results_;
};

}  // namespace turnaway::cli
