// `turnaway park audit`: what DNS says about domains that take no mail or send none, held against
// what it should say.
//
// One domain gives a page, several a table; --json and --csv give a line for each, --since what
// changed since a former --json, --nagios one line for a monitor. Exit 0 when all is well, 1 with a
// finding of severity warning or worse, 2 when not all could be looked at; of several domains 1
// before 2. 64 for a wrong command line, 65 when something is no domain, 66 when the former output
// cannot be read, 69 when the resolver cannot be opened, 74 when writing fails.
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

#include "base/printable.h"
#include "base/result.h"
#include "cli/audit_former.h"
#include "cli/audit_page.h"
#include "cli/audit_record.h"
#include "cli/audit_run.h"
#include "cli/park.h"
#include "cli/terminal.h"
#include "io/unbound_resolver.h"
#include "relay/control_json.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t shown_bytes_most = 80;
// Each has some dozens of questions open; libunbound sends about as many at a time.
constexpr std::size_t audits_at_once_most = 32;

struct Options {
    std::vector<std::string> domains;
    std::string intent = "none";
    std::string abuse;
    bool wants_retirement = false;
    std::vector<std::string> resolvers;
    double timeout_seconds = 5;
    std::string since;
    bool json = false;
    bool csv = false;
    bool nagios = false;
    std::string colour = "auto";
};

void complain(const std::string& words) {
    std::fprintf(stderr, "turnaway park audit: %s\n", words.c_str());
}

int refuse(const base::Error& error) {
    complain(error.message);
    return base::exit_code(error.fault);
}

std::string shown(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_most);
    return out;
}

base::Result<park::AuditWish> read_wish(const Options& options) {
    park::AuditWish wish{.intent = park::find_intent(options.intent).value_or(park::Intent::none),
                         .wants_retirement = options.wants_retirement};
    if (options.abuse.empty()) return wish;
    auto address = mail::Address::parse(options.abuse);
    if (!address || address->domain() == nullptr) {
        return base::fail(base::Fault::usage,
                          "--abuse: not an address at a domain: " + shown(options.abuse));
    }
    wish.abuse = *std::move(address);
    return wish;
}

// All audits, a bounded number at a time, the results in the order of the domains.
class Auditor {
  public:
    Auditor(route::Resolver& resolver, std::vector<mail::Domain> domains, park::AuditWish wish)
        : resolver_(resolver), domains_(std::move(domains)), wish_(std::move(wish)) {
        results_.resize(domains_.size());
    }

    std::vector<AuditedDomain> run(boost::asio::io_context& loop) {
        for (std::size_t i = 0; i < audits_at_once_most; ++i) start_next();
        while (done_count_ < domains_.size()) loop.run_one();
        std::vector<AuditedDomain> all;
        for (auto& result : results_) all.push_back({.result = *std::move(result)});
        return all;
    }

  private:
    void start_next() {
        if (started_count_ == domains_.size()) return;
        const std::size_t index = started_count_++;
        run_audit(resolver_, domains_[index], wish_, [this, index](park::AuditResult result) {
            results_[index] = std::move(result);
            ++done_count_;
            start_next();
        });
    }

    route::Resolver& resolver_;
    std::vector<mail::Domain> domains_;
    park::AuditWish wish_;
    std::vector<std::optional<park::AuditResult>> results_;
    std::size_t started_count_ = 0;
    std::size_t done_count_ = 0;
};

void compare(const FormerAudits& former, std::vector<AuditedDomain>& all) {
    for (AuditedDomain& each : all) {
        const auto found = former.find(each.result.domain.text());
        each.since = park::drift_of(
            found == former.end() ? std::vector<park::FormerFinding>() : found->second,
            each.result);
    }
}

std::string csv_text(const std::vector<AuditedDomain>& all) {
    std::string out = "domain";
    for (const auto& column : audit_column_names()) out += ',' + column;
    out += '\n';
    for (const AuditedDomain& each : all) {
        out += each.result.domain.text();  // neither it nor an id nor a DNS name needs quotes
        for (const auto& column : audit_columns(each.result)) out += ',' + column;
        out += '\n';
    }
    return out;
}

std::string page_text(const Options& options, const std::vector<AuditedDomain>& all) {
    const Colours& colours = wants_colour(options.colour) ? ansi_colours : no_colours;
    std::string out;
    if (!options.since.empty()) {
        append_drift_page(out, all, colours);
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

std::string output_of(const Options& options, const std::vector<AuditedDomain>& all) {
    if (options.csv) return csv_text(all);
    if (options.nagios) return monitor_line(all).text;
    if (!options.json) return page_text(options, all);
    std::string out;
    for (const AuditedDomain& each : all) {
        out += relay::line_of(audit_json(each.result, each.since));
    }
    return out;
}

int exit_code_of(const Options& options, const std::vector<AuditedDomain>& all) {
    if (options.nagios) return monitor_line(all).exit_code;
    int code = 0;
    for (const AuditedDomain& each : all) {
        code = worse_exit_code(code, exit_code_of(each.result, each.since));
    }
    return code;
}

bool write(const std::string& text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
        std::fflush(stdout) == 0) {
        return true;
    }
    complain(std::string("cannot write: ") + std::strerror(errno));
    return false;
}

int run(const Options& options) {
    const auto wish = read_wish(options);
    if (!wish) return refuse(wish.error());
    std::optional<FormerAudits> former;
    if (!options.since.empty()) {
        auto read = read_former(options.since);
        if (!read) return refuse(read.error());
        former = *std::move(read);
    }
    int fault_code = 0;
    std::vector<mail::Domain> domains;
    for (const auto& text : options.domains) {
        auto domain = mail::Domain::parse(text);
        if (domain && !domain->is_root()) {
            domains.push_back(*std::move(domain));
        } else {
            complain("not a domain: " + shown(text));
            fault_code = base::exit_code(base::Fault::data);
        }
    }
    boost::asio::io_context loop;
    const auto timeout = std::chrono::duration<double>(options.timeout_seconds);
    const auto resolver = io::UnboundResolver::open(
        loop, {.forward = options.resolvers,
               .deadline = std::chrono::duration_cast<std::chrono::milliseconds>(timeout)});
    if (!resolver) return refuse(resolver.error());
    auto all = Auditor(**resolver, std::move(domains), *wish).run(loop);
    if (former) compare(*former, all);
    if (!write(output_of(options, all))) return base::exit_code(base::Fault::io);
    return fault_code != 0 ? fault_code : exit_code_of(options, all);
}

void add_output_options(CLI::App& command, Options& options) {
    auto* const json =
        command.add_flag("--json", options.json, "Write one JSON object for each domain");
    auto* const csv = command.add_flag("--csv", options.csv, "Write CSV, a row for each domain");
    auto* const nagios = command.add_flag("--nagios", options.nagios,
                                          "Write one line for a monitor, exit as it wants");
    json->excludes(csv)->excludes(nagios);
    csv->excludes(nagios);
    command.add_option("--since", options.since, "Say what changed since this output of --json")
        ->type_name("FILE")
        ->excludes(csv)
        ->excludes(nagios);
    command.add_option("--color", options.colour, "Colours: auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
}

}  // namespace

Action add_park_audit(CLI::App& park) {
    const auto options = std::make_shared<Options>();
    CLI::App* const command =
        park.add_subcommand("audit", "Hold the DNS of a domain against what it should be");
    command->get_help_ptr()->description("Print this help and end");
    command->add_option("DOMAIN", options->domains, "The domains")->required();
    command
        ->add_option("--intent", options->intent,
                     "What mail it is meant to have: none, send-only or receive-only")
        ->check(CLI::IsMember({"none", "send-only", "receive-only"}))
        ->capture_default_str()
        ->type_name("INTENT");
    command->add_option("--abuse", options->abuse, "Where complaints about it are read")
        ->type_name("ADDRESS");
    command->add_flag("--retire-mta-sts", options->wants_retirement,
                      "Say how to take back an MTA-STS policy that is left");
    command->add_option("--resolver", options->resolvers, "Whom to ask")
        ->allow_extra_args(false)
        ->type_name("ADDRESS[@PORT]");
    command->add_option("--timeout", options->timeout_seconds, "How long to wait for an answer")
        ->check(CLI::Range(0.1, 60.0))
        ->capture_default_str()
        ->type_name("SECONDS");
    add_output_options(*command, *options);
    command->footer(
        "Example: turnaway park audit example.org\n"
        "         turnaway park audit --json example.org example.net > today.json\n"
        "         turnaway park audit --since today.json example.org example.net\n"
        "Exit:    0 as it should be, 1 a finding of severity warning or worse, 2 not known;\n"
        "         64 wrong command line, 65 not a domain, 66 --since cannot be read\n"
        "Manual:  man turnaway-park");
    return [options] { return run(*options); };
}

}  // namespace turnaway::cli
