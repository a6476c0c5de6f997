// `turnaway check`: does a domain, address or host accept mail? Yes, no or unknown, with evidence.
//
// All inputs are checked in parallel and answered in order, each as soon as those before it are.
// Exit status 0 if all accept mail, 1 if one does not, else 2 if one is not known; 64 for a wrong
// command line, including a name that is not valid, though the others are answered; 66 and 78 for a
// trust anchor or resolver that cannot be used, 74 if writing fails. With --nagios 0, 2 and 3, as
// for monitoring plugins.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "check/subject.h"
#include "cli/bulk/bulk_input.h"
#include "cli/check/check_answers.h"
#include "cli/check/check_engine.h"
#include "cli/check/check_options.h"
#include "cli/check/check_worker.h"
#include "cli/common/command.h"
#include "cli/common/time_option.h"

namespace turnaway::cli {
namespace {

using check::Assessment;

int fail(const base::Error& error) {
    std::fprintf(stderr, "turnaway check: %s\n", error.message.c_str());
    return base::exit_code(error.fault);
}

int run_many(CheckOptions& options) {
    if (options.cites_sources || options.shows_fix) {
        return fail({base::Fault::usage,
                     "--why and --fix are for names on the command line, not for --input"});
    }
    const bool is_csv = options.is_csv || !options.bulk.column.empty();
    const BulkForm form = options.is_json ? BulkForm::json
                          : is_csv        ? BulkForm::csv
                                          : BulkForm::lines;
    options.bulk.is_quiet = options.is_quiet;
    return run_bulk(options.bulk, form, check_task(options));
}

// All in parallel; each answer is written as soon as those before it are.
int answer_all(const CheckOptions& options) {
    CheckAnswers answers(options);
    std::vector<std::expected<check::Subject, std::string>> subjects;
    subjects.reserve(options.inputs.size());
    for (const std::string& input : options.inputs) {
        subjects.push_back(check::parse_subject(input, options.are_hosts));
    }
    const bool is_any_good =
        std::ranges::any_of(subjects, [](const auto& subject) { return subject.has_value(); });
    boost::asio::io_context context(1);
    std::unique_ptr<CheckEngine> engine;
    if (is_any_good) {
        auto opened = CheckEngine::open(context, options);
        if (!opened) return answers.fail(opened.error());
        engine = *std::move(opened);
        answers.set_dnssec(engine->dnssec());
    }
    std::vector<std::optional<Assessment>> found(subjects.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (!subjects[i]) continue;
        engine->start(*std::move(subjects[i]),
                      [&found, i](const Assessment& assessment) { found[i] = assessment; });
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        while (subjects[i] && !found[i]) context.run_one();
        const bool is_written = found[i]
                                    ? answers.add(*found[i])
                                    : answers.add_fault(options.inputs[i], subjects[i].error());
        if (!is_written) return base::exit_code(base::Fault::io);
    }
    return answers.end();
}

// One line summarises all names, so they are kept; rows for a file are not for a monitor.
int monitor_list(CheckOptions& options) {
    if (!options.bulk.output.empty()) {
        return CheckAnswers(options).fail(
            {base::Fault::usage, "--output is for rows: it does not go with --nagios"});
    }
    auto input = BulkInput::open(options.bulk, {});
    if (!input) return CheckAnswers(options).fail(input.error());
    for (;;) {
        auto row = input->next();
        if (!row) return CheckAnswers(options).fail(row.error());
        if (!*row) break;
        if ((*row)->is_asked) options.inputs.push_back((*row)->cell);
    }
    if (!options.inputs.empty()) return answer_all(options);
    return CheckAnswers(options).fail({base::Fault::no_input, "the list has no names"});
}

int run_check(CheckOptions& options) {
    const bool reads_names = std::ranges::find(options.inputs, "-") != options.inputs.end();
    const bool has_input = !options.bulk.input.empty();
    if ((reads_names || has_input) && options.inputs.size() > (has_input ? 0 : 1)) {
        return CheckAnswers(options).fail(
            {base::Fault::usage,
             "give names on the command line, or a list with --input or -, not both"});
    }
    if (reads_names) {
        options.bulk.input = "-";
        options.inputs.clear();
    }
    if (!options.bulk.input.empty()) {
        return options.is_nagios ? monitor_list(options) : run_many(options);
    }
    if (options.inputs.empty()) {
        return CheckAnswers(options).fail(
            {base::Fault::usage, "name a domain, a mail address or a host to check"});
    }
    return answer_all(options);
}

void add_judging_options(CLI::App* command, CheckOptions& options) {
    command->add_flag(
        "--connect", options.connects,
        "Connect to the hosts too: greeting, EHLO, STARTTLS, QUIT, never MAIL or RCPT");
    command->add_flag(
        "--host", options.are_hosts,
        "The names are hosts: connect to them and ignore their MX (always so for an IP address)");
    command->add_flag("--private-allowed", options.private_allowed,
                      "Treat private addresses (RFC 1918 and similar) as public ones, for use "
                      "inside a network");
    command->add_flag("--loopback-allowed", options.loopback_allowed,
                      "Treat loopback addresses as public ones, for tests");
    command->add_option("--port", options.port, "The port to connect to")
        ->capture_default_str()
        ->check(CLI::Range(1, 65535))
        ->type_name("PORT");
    command
        ->add_option(
            "--egress", options.egress,
            "The host to connect to when outgoing mail is tested, instead of well-known ones")
        ->type_name("HOST[:PORT]");
    command
        ->add_option("--resolver", options.servers,
                     "The DNS server to use instead of the system's; can be repeated")
        ->type_name("ADDRESS[@PORT]")
        ->allow_extra_args(false);
    command
        ->add_option("--trust-anchor", options.trust_anchor,
                     "Validate DNSSEC from this file of DS or DNSKEY records")
        ->type_name("FILE");
    add_wait_option(*command, "--timeout", options.timeout,
                    "Timeout of a DNS answer, a connection or a reply");
}

void add_showing_options(CLI::App* command, CheckOptions& options) {
    command->add_flag("--why", options.cites_sources, "Cite the sections of the RFCs");
    command->add_flag("--fix", options.shows_fix,
                      "Print the DNS records that would change the result");
    auto* const json =
        command->add_flag("--json", options.is_json,
                          "Write one JSON object per line (/usr/share/doc/turnaway/docs/json.md)");
    auto* const csv = command->add_flag("--csv", options.is_csv, "Write CSV with a header row");
    auto* const nagios =
        command
            ->add_flag(
                "--nagios", options.is_nagios,
                "Write one line for monitoring, and exit with 0, 2 (critical) or 3 (unknown)")
            ->excludes(json)
            ->excludes(csv);
    csv->excludes(json);
    command
        ->add_flag("-q,--quiet", options.is_quiet, "Write nothing; the exit status is the answer")
        ->excludes(json)
        ->excludes(csv)
        ->excludes(nagios);
    command->add_option("--color", options.colour, "Colours: auto (on a terminal), always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
}

}  // namespace

Action add_check(CLI::App& program) {
    auto options = std::make_shared<CheckOptions>();
    CLI::App* command =
        program.add_subcommand("check", "Show whether a domain, mail address or host accepts mail");
    command->get_help_ptr()->description("Print this help and exit");
    // CLI11 strips the brackets of [192.0.2.1], as for a list of one; parse_subject handles that.
    command->add_option("INPUT", options->inputs,
                        "A domain (example.org), a mail address, an IP address or a host; - reads "
                        "names from standard input");
    add_judging_options(command, *options);
    add_showing_options(command, *options);
    add_bulk_options(command, options->bulk);
    command->footer(
        "Example: turnaway check example.org\n         turnaway check --connect --why --fix "
        "user@example.org\n         turnaway check --json example.org example.net | jq -r "
        ".verdict\n         turnaway check --input users.csv --column email --csv --output "
        "checked.csv\nExit:    0 accepts mail, 1 does not, 2 not known (of several inputs: 1 if "
        "any does not,\n         else 2 if any is not known), 64 wrong command line\nManual:  man "
        "turnaway-check");
    return [options] { return run_check(*options); };
}

}  // namespace turnaway::cli
