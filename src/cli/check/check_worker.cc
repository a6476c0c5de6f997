#include "cli/check/check_worker.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "check/subject.h"
#include "cli/check/check_engine.h"
#include "cli/check/check_record.h"

namespace turnaway::cli {
namespace {

BulkAnswer answer_to_fault(std::string_view cell, const std::string& error) {
    return {.exit_code = check::exit_code(check::Acceptance::unknown),
            .columns = check_fault_row(error),
            .json = check_fault_json(cell, error)};
}

// The options that change answers, in the order of the manual.
std::string settings_of(const CheckOptions& options) {
    std::string text = options.is_json ? "--json" : options.is_csv ? "--csv" : "";
    const auto add = [&](bool is_given, const std::string& words) {
        if (is_given) text += (text.empty() ? "" : " ") + words;
    };
    add(options.connects, "--connect");
    add(options.are_hosts, "--host");
    add(options.private_allowed, "--private-allowed");
    add(options.loopback_allowed, "--loopback-allowed");
    add(options.port != check::smtp_port, "--port " + std::to_string(options.port));
    add(!options.egress.empty(), "--egress " + options.egress);
    for (const std::string& server : options.servers) add(true, "--resolver " + server);
    add(!options.trust_anchor.empty(), "--trust-anchor " + options.trust_anchor);
    return text;
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
    // Only the form that is needed is made: the object is large.
    BulkAnswer answer_to(const check::Assessment& assessment) const {
        BulkAnswer answer;
        answer.exit_code = check::exit_code(assessment.acceptance);
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
    // One thread if hosts are connected to: then the limit on connections, and the single session
    // for all inputs with the same host, apply to the whole run (probe/host_prober.h).
    const bool connects = options.connects || options.are_hosts;
    return {.program = "turnaway check",
            .columns = {check_columns.begin(), check_columns.end()},
            .settings = settings_of(options),
            .threads_max = connects ? 1 : std::max(1U, std::thread::hardware_concurrency()),
            .make_worker = [&options](boost::asio::io_context& context) -> Made {
                auto engine = CheckEngine::open(context, options);
                if (!engine) return std::unexpected(engine.error());
                return std::make_unique<CheckWorker>(*std::move(engine), options);
            }};
}

}  // namespace turnaway::cli
