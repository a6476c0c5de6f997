// `turnaway park audit`: compares the DNS records of domains that do not accept or do not send mail
// with the recommended ones.
//
// One domain gives a page, several a table; --json and --csv give a line for each, --since the
// changes since a former --json, --nagios one line for a monitor, --html a page for a browser. A
// list with --input that is written row by row goes through bulk.h in bounded memory; all else is
// kept until it is written. Exit status 0 if all is well, 1 with a finding of severity warning or
// worse, 2 if not everything could be checked; of several domains 1 before 2. 64 for a wrong
// command line or a name on it that is not a domain, 65 if the former output is not valid, 66 if it
// cannot be read, 69 if the resolver cannot be opened, 74 if writing fails.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/bulk/bulk_input.h"
#include "cli/bulk/csv.h"
#include "cli/common/colours.h"
#include "cli/common/monitor_words.h"
#include "cli/common/output.h"
#include "cli/common/time_option.h"
#include "cli/common/whole_file.h"
#include "cli/park/audit_domain.h"
#include "cli/park/audit_former.h"
#include "cli/park/audit_options.h"
#include "cli/park/audit_page.h"
#include "cli/park/audit_record.h"
#include "cli/park/audit_worker.h"
#include "cli/park/park.h"
#include "io/dns/unbound_resolver.h"
#include "park/page/html_report.h"
#include "probe/audit_run.h"
#include "relay/control/control_json.h"

namespace turnaway::cli {
namespace {

// An audit has some dozens of DNS queries in flight.
constexpr std::size_t rows_at_once = 32;
constexpr std::string_view standard_stream = "-";

void complain(const std::string& words) {
    std::fprintf(stderr, "turnaway park audit: %s\n", words.c_str());
}

// A monitor too gets only one line on standard output.
int refuse(const AuditOptions& options, const base::Error& error) {
    if (options.nagios) {
        std::printf("PARK UNKNOWN: %s | domains=0\n", monitor_words(error.message).c_str());
        return 3;
    }
    complain(error.message);
    return base::exit_code(error.fault);
}

struct AuditList {
    std::vector<AuditedDomain> all;
    std::optional<std::string> header;  // of the CSV input
};

// The domains of the command line, then those of the list. An entry that is not a domain keeps its
// position, and is reported.
base::Result<AuditList> read_list(const AuditOptions& options) {
    AuditList list;
    const auto take = [&](const std::string& text, std::optional<BulkRow> row) {
        auto domain = read_audit_domain(text);
        AuditedDomain each{
            .result = {.domain = mail::Domain::root()}, .input = text, .row = std::move(row)};
        if (domain) {
            each.result.domain = *std::move(domain);
        } else {
            each.fault = domain.error();
            if (!options.nagios) complain(each.fault);
        }
        list.all.push_back(std::move(each));
    };
    for (const auto& text : options.domains) take(text, {});
    if (options.bulk.input.empty()) return list;
    auto input = BulkInput::open(options.bulk, {});
    if (!input) return std::unexpected(input.error());
    list.header = input->header();
    for (;;) {
        auto row = input->next();
        if (!row) return std::unexpected(row.error());
        if (!*row) return list;
        const std::string cell = (*row)->cell;
        if ((*row)->is_asked) take(cell, *std::move(row));
    }
}

// Audits the valid domains and stores each result at its position.
void audit_rows(boost::asio::io_context& loop, route::Resolver& resolver,
                const park::AuditOptions& park_options, std::vector<AuditedDomain>& rows) {
    std::vector<mail::Domain> domains;
    for (const AuditedDomain& row : rows) {
        if (row.is_domain()) domains.push_back(row.result.domain);
    }
    auto results = probe::run_audits(loop, resolver, domains, park_options);
    auto next = results.begin();
    for (AuditedDomain& row : rows) {
        if (row.is_domain()) row.result = std::move(*next++);
    }
}

void compare(const FormerAudits& former, std::vector<AuditedDomain>& all) {
    for (AuditedDomain& each : all) {
        if (!each.is_domain()) continue;
        const auto found = former.find(each.result.domain.text());
        each.since = park::drift_of(
            found == former.end() ? std::vector<park::FormerFinding>() : found->second,
            each.result);
    }
}

// The rows of a list, in the format of run_bulk().
std::string rows_text(const AuditOptions& options, const AuditList& list) {
    const BulkFormat format(options.csv ? BulkForm::csv : BulkForm::json,
                            !options.bulk.column.empty(), audit_column_names(),
                            delimiter_of(options.bulk));
    std::string out = format.header(list.header);
    for (const AuditedDomain& each : list.all) {
        out +=
            format.text(*each.row, each.is_domain() ? audit_answer(each.result, each.since)
                                                    : audit_fault_answer(each.input, each.fault));
    }
    return out;
}

std::string csv_text(const std::vector<AuditedDomain>& all) {
    std::string out = "domain";
    for (const auto& column : audit_column_names()) out += ',' + column;
    out += '\n';
    for (const AuditedDomain& each : all) {
        append_csv_cell(out, each.is_domain() ? each.result.domain.text() : each.input);
        for (const auto& column :
             each.is_domain() ? audit_columns(each.result) : audit_fault_columns(each.fault)) {
            out += ',';
            append_csv_cell(out, column);
        }
        out += '\n';
    }
    return out;
}

std::string page_text(const AuditOptions& options, const std::vector<AuditedDomain>& all) {
    const Colours& colours = colours_for(options.colour);
    std::string out;
    if (!options.since.empty()) {
        append_drift_page(out, all, colours);
    } else if (all.size() == 1 && !all.front().is_domain()) {
        return out;
    } else if (all.size() == 1) {
        append_audit_page(out, all.front(), options.abuse.empty(), colours);
    } else {
        append_audit_table(out, all, colours);
        if (!options.wants_retirement) return out;
        for (const AuditedDomain& each : all) {
            if (each.result.retirement.empty()) continue;
            out += '\n';
            append_audit_page(out, each, false, colours);
        }
    }
    return out;
}

int exit_code_of_row(const AuditedDomain& row) {
    return row.is_domain() ? exit_code_of(row.result, row.since) : 2;
}

std::string output_of(const AuditOptions& options, const AuditList& list) {
    if (options.nagios) return monitor_line(list.all).text;
    if (!options.json && !options.csv) return page_text(options, list.all);
    if (!options.bulk.input.empty()) return rows_text(options, list);
    if (options.csv) return csv_text(list.all);
    std::string out;
    for (const AuditedDomain& each : list.all) {
        out += relay::line_of(each.is_domain() ? audit_json(each.result, each.since)
                                               : audit_fault_json(each.input, each.fault));
    }
    return out;
}

int exit_code_of_all(const AuditOptions& options, const std::vector<AuditedDomain>& all) {
    if (options.nagios) return monitor_line(all).exit_code;
    int code = 0;
    for (const AuditedDomain& each : all) {
        if (!each.is_domain() && !each.row) return base::exit_code(base::Fault::usage);
        code = worse_exit_code(code, exit_code_of_row(each));
    }
    return code;
}

bool write(const std::string& text) {
    return Output("turnaway park audit").write(text);
}

std::string browser_page(const std::vector<AuditedDomain>& all) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    park::HtmlReport report({.made = relay::time_text(now), .made_by = "turnaway park audit"});
    for (const AuditedDomain& each : all) {
        if (each.is_domain()) {
            report.add(each.result);
        } else {
            report.add_fault(each.input, each.fault);
        }
    }
    return report.finish();
}

// Keeps all in memory, then writes at once: a page, a table, the changes, a page for a browser.
int run_report(const AuditOptions& options, const park::AuditOptions& park_options) {
    std::optional<FormerAudits> former;
    if (!options.since.empty()) {
        auto read = read_former(options.since);
        if (!read) return refuse(options, read.error());
        former = *std::move(read);
    }
    std::optional<WholeFile> html;
    if (!options.html.empty()) {
        auto file = WholeFile::open(options.html);
        if (!file) return refuse(options, file.error());
        html.emplace(*std::move(file));
    }
    auto list = read_list(options);
    if (!list) return refuse(options, list.error());
    std::vector<AuditedDomain>& all = list->all;
    boost::asio::io_context loop;
    const auto resolver = io::UnboundResolver::open(loop, options.resolver_settings());
    if (!resolver) return refuse(options, resolver.error());
    audit_rows(loop, **resolver, park_options, all);
    if (former) compare(*former, all);
    if (html) {
        if (const auto done = html->write(browser_page(all)); !done)
            return refuse(options, done.error());
    }
    // A page on standard output is the only output.
    if (options.html != standard_stream && !write(output_of(options, *list)))
        return base::exit_code(base::Fault::io);
    return exit_code_of_all(options, all);
}

// The options that cannot be combined, in a sentence; empty if all can.
std::string conflict_of(const AuditOptions& options) {
    const bool has_list = !options.bulk.input.empty();
    const bool wants_rows = options.csv || options.json || !options.bulk.output.empty();
    const bool wants_all = !options.since.empty() || !options.html.empty() || options.nagios;
    if (options.domains.empty() && !has_list) {
        return "which domain? Name one, or a list with --input";
    }
    if (wants_all && !options.bulk.output.empty()) {
        return "--output is for rows: it goes with neither --since, --html nor --nagios";
    }
    if (wants_rows && has_list && !options.domains.empty()) {
        return "name domains, or give a list with --input, not both";
    }
    if (options.since == standard_stream && options.bulk.input == standard_stream) {
        return "--input - and --since - would both read standard input; name a file for one";
    }
    if (options.html == standard_stream &&
        (wants_rows || options.nagios || !options.since.empty())) {
        return "--html - takes all of standard output; name a file for the page";
    }
    return {};
}

int run(const AuditOptions& options) {
    if (const std::string words = conflict_of(options); !words.empty()) {
        return refuse(options, {base::Fault::usage, words});
    }
    const auto park_options = read_audit_options(options);
    if (!park_options) return refuse(options, park_options.error());
    const bool wants_rows = options.csv || options.json || !options.bulk.output.empty();
    const bool wants_all = !options.since.empty() || !options.html.empty() || options.nagios;
    if (options.bulk.input.empty() || !wants_rows || wants_all)
        return run_report(options, *park_options);
    const BulkForm form = options.csv    ? BulkForm::csv
                          : options.json ? BulkForm::json
                                         : BulkForm::lines;
    return run_bulk(options.bulk, form, audit_task(options, *park_options));
}

void add_output_options(CLI::App& command, AuditOptions& options) {
    auto* const json =
        command.add_flag("--json", options.json, "Write one JSON object for each domain");
    auto* const csv = command.add_flag("--csv", options.csv, "Write CSV, one row for each domain");
    auto* const nagios = command.add_flag(
        "--nagios", options.nagios, "Write one line for monitoring, and exit with 0, 1, 2 or 3");
    json->excludes(csv)->excludes(nagios);
    csv->excludes(nagios);
    command
        .add_option("--since", options.since,
                    "Show what changed since this earlier output of --json; - for standard input")
        ->type_name("FILE")
        ->excludes(csv)
        ->excludes(nagios);
    command
        .add_option("--html", options.html,
                    "Write the results as a page for a browser; - for standard output, then alone")
        ->type_name("FILE");
    command.add_option("--color", options.colour, "Colours: auto (on a terminal), always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
}

}  // namespace

Action add_park_audit(CLI::App& park) {
    const auto options = std::make_shared<AuditOptions>();
    CLI::App* const command =
        park.add_subcommand("audit", "Compare a domain's DNS records with the recommended ones");
    command->get_help_ptr()->description("Print this help and exit");
    command->add_option("DOMAIN", options->domains, "The domains");
    command
        ->add_option("--intent", options->intent,
                     "What mail the domain is meant to have: none, send-only or receive-only")
        ->check(CLI::IsMember({"none", "send-only", "receive-only"}))
        ->capture_default_str()
        ->type_name("INTENT");
    command->add_option("--abuse", options->abuse, "The address where complaints are read")
        ->type_name("ADDRESS");
    command->add_flag("--retire-mta-sts", options->wants_retirement,
                      "Show how to retire an MTA-STS policy that is left");
    command
        ->add_option("--resolver", options->resolvers,
                     "The DNS server to use instead of the system's")
        ->allow_extra_args(false)
        ->type_name("ADDRESS[@PORT]");
    add_wait_option(*command, "--timeout", options->timeout, "The timeout of a lookup");
    options->bulk.parallel = rows_at_once;
    add_bulk_options(command, options->bulk);
    add_output_options(*command, *options);
    command->footer(
        "Example: turnaway park audit example.org\n"
        "         turnaway park audit --json example.org example.net > today.json\n"
        "         turnaway park audit --since today.json example.org example.net\n"
        "         turnaway park audit --input domains.txt --html report.html\n"
        "Exit:    0 as it should be, 1 a finding of severity warning or worse, 2 not known;\n"
        "         64 wrong command line or not a domain, 65 and 66 --since cannot be read\n"
        "Manual:  man turnaway-park");
    return [options] { return run(*options); };
}

}  // namespace turnaway::cli
