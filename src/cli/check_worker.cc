#include "cli/check_worker.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "check/subject.h"
#include "cli/check_engine.h"
#include "cli/check_record.h"

namespace turnaway::cli {
namespace {

BulkAnswer answer_to_fault(std::string_view cell, const std::string& error) {
    BulkAnswer answer{.exit_code = check::exit_code(check::Taking::unknown),
                      .columns = std::vector<std::string>(check_columns.size()),
                      .json = check_fault_json(cell, error)};
    answer.columns[0] = name(check::Taking::unknown);
    answer.columns[1] = "invalid-input";
    answer.columns[2] = error;
    return answer;
}

class CheckWorker final : public BulkWorker {
  public:
    CheckWorker(std::unique_ptr<CheckEngine> engine, const CheckOptions& options)
        : engine_(std::move(engine)), options_(options) {}

    void start(std::string_view cell, std::function<void(BulkAnswer)> done) override {
        auto subject = check::parse_subject(cell, options_.are_hosts);
        if (!subject) return done(answer_to_fault(cell, subject.error()));
        engine_->start(*std::move(subject), [this, done = std::move(done)](const auto& found) {
            done(answer_to(found));
        });
    }

  private:
    // Only what is wanted is made: the object is large.
    BulkAnswer answer_to(const check::Assessment& assessment) const {
        BulkAnswer answer;
        answer.exit_code = check::exit_code(assessment.taking);
        if (options_.is_json) {
            answer.json = check_json(assessment, engine_->dnssec());
        } else {
            answer.columns = check_row(assessment);
        }
        return answer;
    }

    std::unique_ptr<CheckEngine> engine_;
    const CheckOptions& options_;
};

}  // namespace

BulkTask check_task(const CheckOptions& options) {
    using Made = base::Result<std::unique_ptr<BulkWorker>>;
    // One thread where hosts are connected to: then the bound on connections, and one session for
    // all who ask for a host, hold for the whole run (io/host_prober.h).
    const bool connects = options.connects || options.are_hosts;
    return {.program = "turnaway check",
            .columns = {check_columns.begin(), check_columns.end()},
            .threads_most = connects ? 1 : std::max(1U, std::thread::hardware_concurrency()),
            .make_worker = [&options](boost::asio::io_context& context) -> Made {
                auto engine = CheckEngine::open(context, options);
                if (!engine) return std::unexpected(engine.error());
                return std::make_unique<CheckWorker>(*std::move(engine), options);
            }};
}

}  // namespace turnaway::cli
