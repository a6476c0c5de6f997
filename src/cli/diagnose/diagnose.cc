// `turnaway diagnose`: what messages about failed mail say: who failed, why, how final it is, who
// has to act.
//
// Reads files, maildirs, mboxes and standard input; writes text for people, JSON lines, CSV, a
// summary or a suppression list. Ordinary mail is `not-a-bounce` and not an error. Exit status 0 if
// everything was read, 66 if a file is missing, 64 for a wrong command line, 74 if reading or
// writing fails. Known gaps: compressed files, mail logs.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "bounce/diagnosis.h"
#include "cli/bulk/bulk_progress.h"
#include "cli/common/colours.h"
#include "cli/common/command.h"
#include "cli/common/output.h"
#include "cli/diagnose/diagnose_record.h"
#include "cli/diagnose/diagnose_summary.h"
#include "cli/diagnose/iconv_reader.h"
#include "cli/diagnose/message_files.h"
#include "cli/diagnose/message_stream.h"

namespace turnaway::cli {

namespace {

enum class Form { page, json, csv, summary, suppress };

struct Options {
    std::vector<std::string> paths;
    bool json = false, csv = false, summary = false, suppress = false;
    std::vector<std::string> original_headers;
    std::vector<std::string> own_domains;
    std::string as = "auto";
    std::string progress = "auto";
    std::string colour = "auto";

    Form form() const {
        if (json) return Form::json;
        if (csv) return Form::csv;
        if (summary) return Form::summary;
        return suppress ? Form::suppress : Form::page;
    }
};

const std::map<std::string, InputForm, std::less<>> input_forms{{"auto", InputForm::recognise},
                                                                {"message", InputForm::message},
                                                                {"mbox", InputForm::mbox},
                                                                {"replies", InputForm::replies}};
const std::map<std::string, BulkProgress::Mode, std::less<>> progress_modes{
    {"auto", BulkProgress::Mode::on_terminal},
    {"always", BulkProgress::Mode::always},
    {"never", BulkProgress::Mode::never}};

class Diagnose {
  public:
    explicit Diagnose(const Options& options)
        : options_(options), form_(options.form()), colours_(colours_for(options.colour)) {
        reading_.charsets = [this](std::string_view charset, std::string_view bytes) {
            return charsets_.read(charset, bytes);
        };
        reading_.original_headers = options.original_headers;
        reading_.own_domains = options.own_domains;
    }

    int run() {
        auto files = find_message_files(options_.paths);
        if (!files) return report(files.error());
        BulkProgress progress(progress_modes.at(options_.progress),
                              files->bytes > 0 ? std::optional(files->bytes) : std::nullopt, 0, 0,
                              "messages");
        progress_ = &progress;
        if (form_ == Form::csv) output_.text() += csv_head();
        for (const std::string& path : files->paths) {
            if (auto read = read_file(path); !read) return report(read.error());
            if (has_failed_) return base::exit_code(base::Fault::io);
        }
        progress.end();
        write_totals();
        return output_.flush() ? 0 : base::exit_code(base::Fault::io);
    }

  private:
    static int report(const base::Error& error) {
        std::fprintf(stderr, "turnaway diagnose: %s\n", error.message.c_str());
        return base::exit_code(error.fault);
    }

    base::Result<void> read_file(const std::string& path) {
        const std::string name = path == "-" ? "standard input" : path;
        MessageStream messages(input_forms.find(options_.as)->second,
                               [&](std::string_view message, InputForm form, std::size_t number) {
                                   source_ = name;
                                   if (form != InputForm::message)
                                       source_ += ':' + std::to_string(number);
                                   take(message, form);
                               });
        auto read = read_pieces(path, [&](std::string_view piece) {
            bytes_ += piece.size();
            messages.take(piece);
            progress_->show(messages_, bytes_);
            return !has_failed_;
        });
        if (read) messages.finish();
        return read;
    }

    // A line without a code can be part of any text; only the caller knows that it is a reply.
    bool is_reply(const bounce::Diagnosis& diagnosis) const {
        const bool is_said_by_caller = input_forms.find(options_.as)->second == InputForm::replies;
        return is_said_by_caller ||
               std::ranges::any_of(diagnosis.recipients, [](const auto& recipient) {
                   return recipient.judgement.digit != 0;
               });
    }

    void take(std::string_view message, InputForm form) {
        ++messages_;
        bounce::Diagnosis diagnosis = form == InputForm::replies
                                          ? bounce::diagnose_reply(message)
                                          : bounce::diagnose(message, reading_);
        if (form == InputForm::replies && !is_reply(diagnosis)) diagnosis = {};
        if (diagnosis.recipients.empty()) return write(DiagnoseRow{source_, diagnosis});
        for (const bounce::RecipientDiagnosis& recipient : diagnosis.recipients)
            write(DiagnoseRow{source_, diagnosis, &recipient});
    }
    void write(const DiagnoseRow& row) {
        switch (form_) {
            case Form::json:
                append_json(output_.text(), row);
                break;
            case Form::csv:
                append_csv(output_.text(), row);
                break;
            case Form::page:
                append_page(output_.text(), row, colours_);
                break;
            case Form::summary:
                summary_.add(row);
                break;
            case Form::suppress:
                suppressions_.add(row);
                break;
        }
        has_failed_ = has_failed_ || !output_.flush_if_full();
    }
    void write_totals() {
        if (form_ == Form::summary) summary_.append(output_.text(), colours_);
        if (form_ == Form::suppress)
            suppressions_.append(output_.text(), std::chrono::floor<std::chrono::days>(
                                                     std::chrono::system_clock::now()));
    }

    const Options& options_;
    Form form_;
    Colours colours_;
    IconvReader charsets_;
    bounce::Options reading_;
    DiagnoseSummary summary_;
    SuppressionList suppressions_;
    Output output_{"turnaway diagnose"};
    BulkProgress* progress_ = nullptr;
    std::string source_;
    std::size_t messages_ = 0, bytes_ = 0;
    bool has_failed_ = false;
};

}  // namespace

Action add_diagnose(CLI::App& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand(
        "diagnose", "Read bounces and other reports: who failed, why, and what to do");
    command->get_help_ptr()->description("Print this help and exit");
    command
        ->add_option("PATH", options->paths,
                     "A message, an mbox, a maildir or a folder of messages; - for standard input")
        ->required();
    const std::array forms{
        command->add_flag("--json", options->json, "Write one JSON object for each recipient"),
        command->add_flag("--csv", options->csv, "Write a table with one row for each recipient"),
        command->add_flag("--summary", options->summary,
                          "Write totals by kind, reason, domain, host and who acts"),
        command->add_flag(
            "--suppress", options->suppress,
            "Write the addresses to leave alone, with reason and expiry date, as CSV"),
    };
    for (CLI::Option* form : forms) {
        for (CLI::Option* other : forms) {
            if (form != other) form->excludes(other);
        }
    }
    command
        ->add_option("--original-header", options->original_headers,
                     "Add this field of the returned message to the JSON; may be repeated")
        ->allow_extra_args(false);
    command
        ->add_option("--vouch", options->own_domains,
                     "A domain of ours: a returned message without it in its Message-ID is not "
                     "ours; may be repeated")
        ->allow_extra_args(false);
    command
        ->add_option("--as", options->as, "The form of the input: auto, message, mbox or replies")
        ->check(CLI::IsMember({"auto", "message", "mbox", "replies"}));
    command
        ->add_option("--progress", options->progress,
                     "Show the progress: auto (on a terminal), always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    command
        ->add_option("--color", options->colour, "Colours: auto (on a terminal), always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    command->footer(
        "Example: turnaway diagnose bounce.eml\n"
        "         turnaway diagnose --summary ~/Maildir\n"
        "         turnaway diagnose --suppress archive.mbox > suppressed.csv\n"
        "Exit:    0 all read, 66 a file is missing, 64 wrong command line, 74 reading or writing "
        "failed\n"
        "Manual:  man turnaway-diagnose");
    return [options] { return Diagnose(*options).run(); };
}

}  // namespace turnaway::cli
