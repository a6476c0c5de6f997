#include "cli/park/audit_worker.h"

#include <memory>
#include <nlohmann/json.hpp>

#include "cli/common/json_line.h"
#include "cli/park/audit_domain.h"
#include "cli/park/audit_record.h"
#include "probe/audit_run.h"

namespace turnaway::cli {
namespace {

std::string text_of(const Json& json) {
    return json_text(json);
}

class AuditWorker final : public BulkWorker {
  public:
    AuditWorker(std::unique_ptr<route::Resolver> resolver, park::AuditOptions park_options)
        : resolver_(std::move(resolver)), park_options_(std::move(park_options)) {}

    void start(std::string_view cell, std::function<void(BulkAnswer)> done) override {
        auto domain = read_audit_domain(cell);
        if (!domain) return done(audit_fault_answer(cell, domain.error()));
        probe::run_audit(*resolver_, *std::move(domain), park_options_,
                         [done = std::move(done)](const park::AuditResult& result) {
                             done(audit_answer(result, {}));
                         });
    }

  private:
    std::unique_ptr<route::Resolver> resolver_;
    park::AuditOptions park_options_;
};

// The options that change answers.
std::string settings_of(const AuditOptions& options) {
    std::string text = "--intent " + options.intent;
    if (options.json) text += " --json";
    if (options.csv) text += " --csv";
    if (!options.abuse.empty()) text += " --abuse " + options.abuse;
    if (options.wants_retirement) text += " --retire-mta-sts";
    for (const std::string& resolver : options.resolvers) text += " --resolver " + resolver;
    return text;
}

}  // namespace

BulkAnswer audit_answer(const park::AuditResult& result, const Since& since) {
    return {.exit_code = exit_code_of(result, since),
            .columns = audit_columns(result),
            .json = text_of(audit_json(result, since))};
}

BulkAnswer audit_fault_answer(std::string_view cell, const std::string& error) {
    return {.exit_code = 2,
            .columns = audit_fault_columns(error),
            .json = text_of(audit_fault_json(cell, error))};
}

BulkTask audit_task(const AuditOptions& options, const park::AuditOptions& park_options) {
    using Made = base::Result<std::unique_ptr<BulkWorker>>;
    return {.program = "turnaway park audit",
            .columns = audit_column_names(),
            .settings = settings_of(options),
            .threads_max = 1,
            .make_worker = [settings = options.resolver_settings(),
                            park_options](boost::asio::io_context& loop) -> Made {
                auto resolver = io::UnboundResolver::open(loop, settings);
                if (!resolver) return std::unexpected(resolver.error());
                return std::make_unique<AuditWorker>(*std::move(resolver), park_options);
            }};
}

}  // namespace turnaway::cli
