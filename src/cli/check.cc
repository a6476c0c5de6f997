// `turnaway check`: does this domain, address or host take mail? Yes, no or unknown, with evidence.
//
// All inputs are checked at once and answered in their order, each as soon as those before it are.
// Exit 0 when all take mail, 1 when one does not, else 2 when one is not known; 64 for a wrong
// command line, 66 and 78 for a trust anchor or resolver that cannot be used, 74 when writing
// fails. With
// --nagios 0, 2 and 3, as monitoring wants them.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "check/subject.h"
#include "cli/check_engine.h"
#include "cli/check_options.h"
#include "cli/check_page.h"
#include "cli/check_record.h"
#include "cli/check_worker.h"
#include "cli/command.h"
#include "cli/terminal.h"
#include "cli/time_option.h"

namespace turnaway::cli {
namespace {

using check::Assessment;

int fail(const base::Error& error) {
    std::fprintf(stderr, "turnaway check: %s\n", error.message.c_str());
    return base::exit_code(error.fault);
}

base::Result<std::vector<check::Subject>> read_subjects(const CheckOptions& options) {
    std::vector<check::Subject> subjects;
    for (const std::string& input : options.inputs) {
        auto subject = check::parse_subject(input, options.are_hosts);
        if (!subject) return base::fail(base::Fault::usage, subject.error());
        subjects.push_back(*std::move(subject));
    }
    if (subjects.empty()) {
        return base::fail(base::Fault::usage, "name a domain, a mail address or a host to check");
    }
    return subjects;
}

class Answers {
  public:
    Answers(const CheckOptions& options, std::string dnssec)
        : form_(options.form()),
          style_{.is_coloured = wants_colour(options.colour),
                 .cites_sources = options.cites_sources,
                 .shows_cure = options.shows_cure,
                 .dnssec = std::move(dnssec)} {
        if (form_ != CheckForm::csv) return;
        std::vector<std::string> heads{"input"};
        heads.insert(heads.end(), check_columns.begin(), check_columns.end());
        append_csv_row(out_, heads);
    }

    // False when writing failed.
    bool add(const Assessment& assessment) {
        all_ = check::worse(all_, assessment.taking);
        switch (form_) {
            case CheckForm::page:
                if (std::exchange(has_page_, true)) out_ += '\n';
                append_check_page(out_, assessment, style_);
                break;
            case CheckForm::json:
                out_ += check_json(assessment, style_.dnssec) + '\n';
                break;
            case CheckForm::csv: {
                auto cells = check_row(assessment);
                cells.insert(cells.begin(), assessment.subject.input);
                append_csv_row(out_, cells);
                break;
            }
            case CheckForm::nagios:
                kept_.push_back(assessment);
                return true;
        }
        return write();
    }

    int end() {
        if (form_ != CheckForm::nagios) return check::exit_code(all_);
        const auto [line, exit_code] = nagios_line(kept_);
        out_ += line;
        return write() ? exit_code : base::exit_code(base::Fault::io);
    }

  private:
    bool write() {
        const bool is_written = std::fwrite(out_.data(), 1, out_.size(), stdout) == out_.size() &&
                                std::fflush(stdout) == 0;
        if (!is_written) std::perror("turnaway check: cannot write");
        out_.clear();
        return is_written;
    }

    CheckForm form_;
    CheckPageStyle style_;
    check::Taking all_ = check::Taking::yes;
    bool has_page_ = false;
    std::vector<Assessment> kept_;
    std::string out_;
};

int run_many(const CheckOptions& options) {
    if (!options.inputs.empty() || options.is_nagios || options.cites_sources ||
        options.shows_cure) {
        return fail(
            {base::Fault::usage, "--input goes with neither INPUT nor --nagios, --why and --fix"});
    }
    const bool is_csv = options.is_csv || !options.bulk.column.empty();
    const BulkForm form = options.is_json ? BulkForm::json
                          : is_csv        ? BulkForm::csv
                                          : BulkForm::lines;
    return run_bulk(options.bulk, form, check_task(options));
}

int run_check(const CheckOptions& options) {
    if (!options.bulk.input.empty()) return run_many(options);
    auto subjects = read_subjects(options);
    if (!subjects) return fail(subjects.error());
    boost::asio::io_context context(1);
    const auto engine = CheckEngine::open(context, options);
    if (!engine) return fail(engine.error());
    std::vector<std::optional<Assessment>> found(subjects->size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        (*engine)->start(std::move((*subjects)[i]),
                         [&found, i](const Assessment& assessment) { found[i] = assessment; });
    }
    Answers answers(options, (*engine)->dnssec());
    for (const auto& each : found) {
        while (!each) context.run_one();
        if (!answers.add(*each)) return base::exit_code(base::Fault::io);
    }
    return answers.end();
}

void add_judging_options(CLI::App* command, CheckOptions& options) {
    command->add_flag("--connect", options.connects,
                      "Ask the hosts too: greeting, EHLO, QUIT, never MAIL or RCPT");
    command->add_flag("--host", options.are_hosts,
                      "The names are hosts: ask them, whatever their MX (an IP address always is)");
    command->add_flag("--private", options.private_refused,
                      "Private addresses (RFC 1918 and its like) count as loopback ones do");
    command->add_flag("--loopback-allowed", options.loopback_allowed,
                      "Loopback addresses are hosts like any other, to try things out");
    command->add_option("--port", options.port, "The port to connect to")
        ->capture_default_str()
        ->check(CLI::Range(1, 65535))
        ->type_name("PORT");
    command
        ->add_option("--egress", options.egress,
                     "Whom to ask whether mail leaves this machine, instead of well-known hosts")
        ->type_name("HOST[:PORT]");
    command
        ->add_option("--resolver", options.servers,
                     "The DNS server to ask instead of the system's; may be given several times")
        ->type_name("ADDRESS[@PORT]")
        ->allow_extra_args(false);
    command
        ->add_option("--trust-anchor", options.trust_anchor,
                     "Validate DNSSEC from this file of DS or DNSKEY records")
        ->type_name("FILE");
    add_wait_option(*command, "--timeout", options.timeout,
                    "How long one DNS answer, connection or reply may take");
}

void add_showing_options(CLI::App* command, CheckOptions& options) {
    command->add_flag("--why", options.cites_sources, "Cite the sections of the RFCs");
    command->add_flag("--fix", options.shows_cure, "Print the records that would cure it");
    auto* const json =
        command->add_flag("--json", options.is_json, "Write one JSON object a line (docs/json.md)");
    auto* const csv = command->add_flag("--csv", options.is_csv, "Write rows of CSV with a header");
    command
        ->add_flag("--nagios", options.is_nagios,
                   "Write one line for monitoring, and end with 0, 2 (critical) or 3 (unknown)")
        ->excludes(json)
        ->excludes(csv);
    csv->excludes(json);
    command->add_option("--color", options.colour, "Colours: auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
}

}  // namespace

Action add_check(CLI::App& program) {
    auto options = std::make_shared<CheckOptions>();
    CLI::App* command =
        program.add_subcommand("check", "Say whether a domain, mail address or host takes mail");
    command->get_help_ptr()->description("Print this help and end");
    command->add_option("INPUT", options->inputs,
                        "A domain (example.org), a mail address, an IP address or a host");
    add_judging_options(command, *options);
    add_showing_options(command, *options);
    add_bulk_options(command, options->bulk);
    command->footer(
        "Example: turnaway check example.org\n"
        "         turnaway check --connect --why --fix user@example.org\n"
        "         turnaway check --json example.org example.net | jq -r .verdict\n"
        "         turnaway check --input users.csv --column email --csv --output checked.csv\n"
        "Exit:    0 takes mail, 1 takes none, 2 not known (of several inputs: 1 if any takes "
        "none,\n"
        "         else 2 if any is not known), 64 wrong command line\n"
        "Manual:  man turnaway-check");
    return [options] { return run_check(*options); };
}

}  // namespace turnaway::cli
