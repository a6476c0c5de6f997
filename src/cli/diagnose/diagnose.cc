// `turnaway diagnose`: what messages about failed mail, replies and logs say: who failed, why, how
// final it is, who has to act.
//
// Reads files, maildirs, mboxes and standard input, compressed or not, or follows a log; writes
// text for people, JSON lines, CSV, a summary or a suppression list. Ordinary mail is
// `not-a-bounce` and not an error. Exit status 0 if everything was read, 66 if a file is missing,
// 64 for a wrong command line, 69 if the journal or the address of --metrics cannot be had, 74 if
// reading or writing fails.
#include "cli/diagnose/diagnose.h"

#include <algorithm>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "base/result.h"
#include "bounce/iconv_reader.h"
#include "bounce/log/logged_diagnosis.h"
#include "cli/bulk/bulk_progress.h"
#include "cli/common/colours.h"
#include "cli/common/stop_signals.h"
#include "cli/diagnose/case_reader.h"
#include "cli/diagnose/diagnose_jobs.h"
#include "cli/diagnose/diagnose_metrics.h"
#include "cli/diagnose/followed_log.h"
#include "cli/diagnose/input_names.h"
#include "cli/diagnose/message_files.h"
#include "codes/evidence_cache.h"

namespace turnaway::cli {

namespace {

// A full pipe gives this much at once: with less, the writer is slower than this command.
constexpr std::size_t slow_read_bytes = std::size_t{64} * 1024;

// Diagnoses the cases of one thread.
class CaseJudge {
  public:
    CaseJudge(const DiagnoseOptions& options, bool are_replies) : are_replies_(are_replies) {
        reading_.original_headers = options.original_headers;
        reading_.own_domains = options.own_domains;
        charsets_ = std::make_shared<bounce::IconvReader>();
        reading_.charsets = [charsets = charsets_](std::string_view charset,
                                                   std::string_view bytes) {
            return charsets->read(charset, bytes);
        };
        reading_.known = &known_;
    }

    bounce::Diagnosis judge(DiagnoseCase& one) const {
        if (one.logged) return bounce::diagnose_logged(std::move(*one.logged));
        if (one.form != InputForm::replies) return bounce::diagnose(one.text, reading_);
        bounce::Diagnosis diagnosis = bounce::diagnose_reply(one.text);
        return is_reply(diagnosis) ? diagnosis : bounce::Diagnosis();
    }

  private:
    // A line without a code can be part of any text; only the caller knows that it is a reply.
    bool is_reply(const bounce::Diagnosis& diagnosis) const {
        return are_replies_ || std::ranges::any_of(diagnosis.recipients, [](const auto& recipient) {
                   return recipient.judgement.digit != 0;
               });
    }

    bool are_replies_;
    std::shared_ptr<bounce::IconvReader> charsets_;
    codes::EvidenceCache known_;
    bounce::Options reading_;
};

int report(const base::Error& error) {
    std::fprintf(stderr, "turnaway diagnose: %s\n", error.message.c_str());
    return base::exit_code(error.fault);
}

class Diagnose {
  public:
    explicit Diagnose(const DiagnoseOptions& options)
        : options_(options),
          input_(*find_input(options.as)),
          output_(options.form(), colours_for(options.colour)),
          jobs_(
              is_following() ? 1 : number_of_jobs(options), [this] { return make_work(); },
              [this](DiagnoseBatch& batch) { take(batch); }),
          reader_({.form = input_.form,
                   .program = input_.program,
                   .tells_each_attempt = is_following()},
                  [this](DiagnoseCase&& one) { jobs_.add(std::move(one)); }) {}

    int run() { return is_following() ? follow() : read_all(); }

  private:
    bool is_following() const { return options_.follows || options_.follows_journal; }
    static std::size_t number_of_jobs(const DiagnoseOptions& options) {
        if (options.jobs > 0) return options.jobs;
        return std::max(1U, std::thread::hardware_concurrency());
    }

    int read_all() {
        auto found = find_message_files(options_.paths);
        if (!found) return report(found.error());
        std::vector<InputFile> files = options_.inputs;
        for (std::string& path : found->paths) files.push_back({.path = std::move(path)});
        BulkProgress progress(progress_modes.at(options_.progress),
                              found->bytes > 0 ? std::optional(found->bytes) : std::nullopt, 0, 0,
                              "messages");
        std::size_t bytes = 0;
        std::optional<base::Error> error;
        for (const InputFile& file : files) {
            const auto read = reader_.read_file(file, [&](std::size_t more) {
                bytes += more;
                progress.show(cases_, bytes);
                if (file.path == "-" && more < slow_read_bytes) write_all_so_far();
                return !has_failed_;
            });
            if (!read) error = read.error();
            if (error || has_failed_) break;
        }
        if (!error) reader_.finish();
        jobs_.finish();
        progress.show(cases_, bytes);
        progress.end();
        // What was read before the error is written before its words.
        const bool is_written = (error ? output_.flush() : output_.finish()) && !has_failed_;
        if (error) return report(*error);
        return is_written ? 0 : base::exit_code(base::Fault::io);
    }

    // Somebody who writes to a pipe now and then sees each answer before writing more.
    void write_all_so_far() {
        jobs_.finish();
        has_failed_ = has_failed_ || !output_.flush();
    }

    int follow() {
        StopSignals signals;
        if (auto opened = open_metrics(); !opened) return report(opened.error());
        const std::string name = options_.follows_journal ? "journal" : options_.paths.front();
        reader_.begin_log(name);
        const FollowedLog::Calls calls{.take = [this](auto bytes) { reader_.take_log(bytes); },
                                       .renewed =
                                           [this, &name] {
                                               reader_.end_log();
                                               reader_.begin_log(name);
                                           },
                                       .idle = [this] { return output_.flush() && !has_failed_; }};
        const auto read = options_.follows_journal
                              ? follow_journal(signals.token(), calls)
                              : FollowedLog{.path = name, .begins_at_end = options_.new_only}.read(
                                    signals.token(), calls);
        reader_.finish();
        jobs_.finish();
        const bool is_written = output_.finish() && !has_failed_;
        if (!read) return report(read.error());
        return is_written ? 0 : base::exit_code(base::Fault::io);
    }
    base::Result<void> open_metrics() {
        if (options_.metrics.empty()) return {};
        const auto endpoint = io::parse_endpoint(options_.metrics);
        if (!endpoint) return std::unexpected(endpoint.error());
        metrics_.emplace(options_.domains);
        if (auto opened = metrics_->open(*endpoint); !opened) return opened;
        std::fprintf(stderr, "turnaway diagnose: metrics at http://%s/metrics\n",
                     metrics_->local().text().c_str());
        return {};
    }

    DiagnoseJobs::Work make_work() {
        const auto judge = std::make_shared<CaseJudge>(options_, input_.form == InputForm::replies);
        return [this, judge](DiagnoseBatch& batch) {
            const bool keeps = output_.has_totals() || metrics_.has_value();
            for (DiagnoseCase& one : batch.cases) {
                bounce::Diagnosis diagnosis = judge->judge(one);
                for_each_row(one.source, diagnosis,
                             [&](const DiagnoseRow& row) { output_.append(batch.text, row); });
                if (keeps) batch.diagnoses.push_back(std::move(diagnosis));
            }
        };
    }
    // In the order of the input.
    void take(DiagnoseBatch& batch) {
        cases_ += batch.cases.size();
        for (std::size_t i = 0; i < batch.diagnoses.size(); ++i) {
            for_each_row(batch.cases[i].source, batch.diagnoses[i], [&](const DiagnoseRow& row) {
                output_.add_to_totals(row);
                if (metrics_) metrics_->add(row);
            });
        }
        has_failed_ = has_failed_ || !output_.write(batch.text);
    }

    const DiagnoseOptions& options_;
    NamedInput input_;
    DiagnoseOutput output_;
    std::optional<DiagnoseMetrics> metrics_;
    std::size_t cases_ = 0;
    bool has_failed_ = false;
    DiagnoseJobs jobs_;
    CaseReader reader_;
};

}  // namespace

int diagnose(const DiagnoseOptions& options) {
    const bool is_following = options.follows || options.follows_journal;
    const bool is_wrong = options.follows_journal ? !options.paths.empty()
                          : options.follows       ? options.paths.size() != 1
                                                  : options.paths.empty() && options.inputs.empty();
    if (is_wrong || (!options.metrics.empty() && !is_following)) {
        std::fprintf(stderr, "turnaway diagnose: %s\n",
                     !is_wrong && !options.metrics.empty()
                         ? "--metrics needs --follow FILE or --journal"
                     : options.follows_journal ? "--journal takes no file"
                     : options.follows         ? "--follow takes one file"
                                               : "name a file, a folder, or - for standard input");
        return base::exit_code(base::Fault::usage);
    }
    return Diagnose(options).run();
}

}  // namespace turnaway::cli
