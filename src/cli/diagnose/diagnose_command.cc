// The command line of `turnaway diagnose`.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <array>
#include <memory>
#include <string>
#include <vector>

#include "cli/common/command.h"
#include "cli/diagnose/diagnose.h"
#include "cli/diagnose/input_names.h"

namespace turnaway::cli {

namespace {

void add_output_options(CLI::App& command, DiagnoseOptions& options) {
    const std::array forms{
        command.add_flag("--json", options.json, "Write one JSON object for each recipient"),
        command.add_flag("--csv", options.csv, "Write a table with one row for each recipient"),
        command.add_flag("--summary", options.summary,
                         "Write totals by kind, reason, domain, host and who acts"),
        command.add_flag("--suppress", options.suppress,
                         "Write the addresses to leave alone, with reason and expiry date, as CSV"),
    };
    for (CLI::Option* form : forms) {
        for (CLI::Option* other : forms) {
            if (form != other) form->excludes(other);
        }
    }
    command
        .add_option("--original-header", options.original_headers,
                    "Add this field of the returned message to the JSON; may be repeated")
        ->allow_extra_args(false);
    command
        .add_option("--vouch", options.own_domains,
                    "A domain of ours: a returned message without it in its Message-ID is not "
                    "ours; may be repeated")
        ->allow_extra_args(false);
    command
        .add_option("--progress", options.progress,
                    "Show the progress: auto (on a terminal), always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    command.add_option("--color", options.colour, "Colours: auto (on a terminal), always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
}

void add_follow_options(CLI::App& command, DiagnoseOptions& options) {
    auto* const follow = command.add_flag("--follow", options.follows,
                                          "Read a log and what is added to it, until interrupted");
    auto* const journal = command.add_flag("--journal", options.follows_journal,
                                           "Read what is added to the system journal");
    journal->excludes(follow);
    command.add_flag("--new-only", options.new_only, "With --follow: begin at the end of the file")
        ->needs(follow);
    auto* const metrics =
        command
            .add_option("--metrics", options.metrics,
                        "With --follow or --journal: serve counters for Prometheus here")
            ->type_name("ADDRESS:PORT");
    command
        .add_option("--domains", options.domains,
                    "How many domains have a counter of their own; the rest is other")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str()
        ->type_name("NUMBER")
        ->needs(metrics);
}

}  // namespace

Action add_diagnose(CLI::App& program) {
    auto options = std::make_shared<DiagnoseOptions>();
    CLI::App* command = program.add_subcommand(
        "diagnose", "Read bounces, mail logs and reports: who failed, why, and what to do");
    command->get_help_ptr()->description("Print this help and exit");
    command->add_option("PATH", options->paths,
                        "A message, an mbox, a mail log, a maildir or a folder of messages; - for "
                        "standard input");
    add_output_options(*command, *options);
    std::vector<std::string> names;
    names.reserve(named_inputs.size());
    for (const NamedInput& input : named_inputs) names.emplace_back(input.name);
    command
        ->add_option("--as", options->as,
                     "The form of the input: auto, message, mbox, replies, log, or the program "
                     "that wrote the log, such as postfix")
        ->check(CLI::IsMember(names));
    command
        ->add_option("--jobs", options->jobs,
                     "How many threads diagnose; by default one for each processor")
        ->check(CLI::Range(1, 256))
        ->type_name("NUMBER");
    add_follow_options(*command, *options);
    command->footer(
        "Example: turnaway diagnose bounce.eml\n"
        "         turnaway diagnose --summary ~/Maildir\n"
        "         turnaway diagnose --csv /var/log/mail.log.1.gz /var/log/mail.log\n"
        "         turnaway diagnose --follow --metrics 127.0.0.1:9127 /var/log/mail.log\n"
        "Exit:    0 all read, 66 a file is missing, 64 wrong command line, 69 no journal or no\n"
        "         place for the metrics, 74 reading or writing failed\n"
        "Manual:  man turnaway-diagnose");
    return [options] { return diagnose(*options); };
}

}  // namespace turnaway::cli
