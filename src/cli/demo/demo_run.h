// DemoRun: sends the message of each case into the environment, collects the results and judges
// them.
//
// A case ends when the mail server has refused it or a message about it has reached the healthy
// host, which also receives the sender's mail; or after case_wait_max. Later events still count:
// `judge_again` examines everything once more.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/demo/demo_case.h"
#include "cli/demo/demo_journal.h"
#include "cli/demo/demo_report.h"
#include "cli/demo/demo_sender.h"

namespace turnaway::cli {

struct CaseResult {
    const DemoCase* demo_case;
    Steady::time_point begin;
    std::optional<Steady::time_point> ended = {};
    std::optional<smtp::Reply> reply = {};  // the last one to the message
    CaseFacts facts = {};
    std::vector<WireLine> lines = {};
    std::optional<std::string> fault = {};  // nothing if all is as expected

    std::optional<double> milliseconds() const;
};

double milliseconds_between(Steady::time_point begin, Steady::time_point end);

class DemoRun {
  public:
    static constexpr std::chrono::seconds case_wait_max{30};

    DemoRun(DemoServer server, DemoJournal& journal, std::stop_token stop)
        : server_(std::move(server)), journal_(journal), stop_(std::move(stop)) {}

    // Valid until the run is destroyed.
    const CaseResult& run(const DemoCase& demo_case);
    // After the programs have ended: judges each result again with all later events. Empty if
    // nothing has changed, else a sentence.
    std::optional<std::string> judge_again();

  private:
    [[nodiscard]] base::Result<Handed> hand_over_message(CaseResult& result);
    void collect_until_over(CaseResult& result);
    void take(CaseResult& result, News news);
    void take_arrival(const Arrival& arrival);

    const DemoServer server_;
    DemoJournal& journal_;
    std::stop_token stop_;
    std::vector<std::unique_ptr<CaseResult>> results_;
};

}  // namespace turnaway::cli
