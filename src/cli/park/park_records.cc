// `turnaway park records`: what a domain that does not accept, or does not send, mail should
// publish.
//
// Each record comes with its reason and source, in the format of the DNS tool that the user names.
// Without --look no DNS query is made. Exit status 0 if all was written, 64 for a wrong command
// line, 65 if a name is not a domain or the options do not fit it (the others are written all the
// same), 66 if the list cannot be read, 69 if DNS did not answer with --look, 74 if writing fails.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/printable.h"
#include "base/result.h"
#include "cli/bulk/bulk_input.h"
#include "cli/common/colours.h"
#include "cli/common/output.h"
#include "cli/common/time_option.h"
#include "cli/park/name_lookup.h"
#include "cli/park/park.h"
#include "cli/park/park_options.h"
#include "park/records/form.h"
#include "park/records/plan.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t shown_bytes_max = 80;

struct Options {
    std::vector<std::string> domains;
    BulkOptions list;
    IntentOptions park_options;
    std::string format = "zone";
    bool json = false;
    bool wants_why = false;
    bool wants_lookup = false;
    std::vector<std::string> resolvers;
    std::chrono::milliseconds timeout = std::chrono::seconds(5);
    std::string colour = "auto";
};

std::string shown(std::string_view text) {
    std::string out;
    base::append_printable(out, text, shown_bytes_max);
    return out;
}

class ParkRecords {
  public:
    ParkRecords(const Options& options, park::ParkOptions park_options,
                const park::FormSettings& form)
        : options_(options), park_options_(std::move(park_options)), writer_(form) {}

    int run() {
        writer_.begin(output_.text());
        for (const auto& text : options_.domains) {
            if (!add(text)) return base::exit_code(base::Fault::io);
        }
        if (!options_.list.input.empty() && !add_list()) return exit_code_;
        writer_.finish(output_.text());
        if (!output_.flush()) return base::exit_code(base::Fault::io);
        return exit_code_;
    }

  private:
    // False, with the exit status stored, if the list cannot be read or output cannot be written.
    bool add_list() {
        auto list = BulkInput::open(options_.list, std::stop_token());
        if (!list) return give_up(list.error());
        for (;;) {
            const auto row = list->next();
            if (!row) return give_up(row.error());
            if (!row->has_value()) return true;
            if ((*row)->is_asked && !add((*row)->cell)) {
                exit_code_ = base::exit_code(base::Fault::io);
                return false;
            }
        }
    }

    bool give_up(const base::Error& error) {
        complain(error.message, error.fault);
        exit_code_ = base::exit_code(error.fault);
        return false;
    }

    // False if output cannot be written.
    bool add(std::string_view text) {
        const auto domain = mail::Domain::parse(text);
        if (!domain) {
            complain('"' + shown(text) + "\" is not a domain", base::Fault::data);
            return true;
        }
        park::ParkOptions park_options = park_options_;
        for (auto* names : {&park_options.names, &park_options.helo_names}) {
            for (std::string& name : *names) name = below(name, *domain);
        }
        if (options_.wants_lookup && !look(*domain, park_options)) return true;
        if (const auto fault = park::fault_of(*domain, park_options); !fault.empty()) {
            complain(fault, base::Fault::data);
            return true;
        }
        writer_.add(output_.text(), park::plan(*domain, park_options));
        return output_.flush_if_full();
    }

    // `www.example.org` means that name of example.org, not www.example.org.example.org.
    static std::string below(const std::string& name, const mail::Domain& domain) {
        const std::string end = '.' + domain.text();
        if (!name.ends_with(end)) return name;
        return name.substr(0, name.size() - end.size());
    }

    bool look(const mail::Domain& domain, park::ParkOptions& park_options) {
        const auto found =
            look_up_names(domain, {.resolvers = options_.resolvers, .timeout = options_.timeout});
        if (!found) {
            complain(found.error().message, found.error().fault);
            return false;
        }
        for (const auto& name : found->names) {
            if (std::ranges::find(park_options.names, name) == park_options.names.end())
                park_options.names.push_back(name);
        }
        park_options.wants_wildcard |= found->has_wildcard;
        if (!found->silent.empty()) {
            std::string names;
            for (const auto& name : found->silent) names += (names.empty() ? "" : ", ") + name;
            complain("DNS did not say whether these names of " + domain.text() +
                         " have an address: " + names,
                     base::Fault::unavailable);
        }
        return true;
    }

    // Output so far is written first, so that both appear in the order of the domains on a
    // terminal.
    void complain(const std::string& words, base::Fault fault) {
        (void)output_.flush();
        std::fprintf(stderr, "turnaway park records: %s\n", words.c_str());
        if (exit_code_ == 0) exit_code_ = base::exit_code(fault);
    }

    const Options& options_;
    park::ParkOptions park_options_;
    park::FormWriter writer_;
    Output output_{"turnaway park records"};
    int exit_code_ = 0;
};

int refuse(const std::string& words) {
    std::fprintf(stderr, "turnaway park records: %s\n", words.c_str());
    return base::exit_code(base::Fault::usage);
}

int run(const Options& options) {
    if (options.domains.empty() && options.list.input.empty()) {
        return refuse("which domain? Name one, or a list with --input");
    }
    const auto park_options = read_park_options(options.park_options);
    if (!park_options) return refuse(park_options.error().message);
    park::FormSettings form;
    form.form = park::find_form(options.json ? "json" : options.format).value_or(park::Form::zone);
    form.wants_why = options.wants_why;
    const Colours& colours = colours_for(options.colour);
    form.comment_on = colours.comment;
    form.comment_off = colours.off;
    if (form.form == park::Form::terraform) {
        form.terraform = park::find_terraform_provider(options.park_options.provider);
        if (form.terraform == nullptr) {
            std::string known;
            for (const auto& row : park::terraform_providers()) {
                known += (known.empty() ? "" : ", ") + std::string(row.name);
            }
            return refuse("--format terraform needs --provider with one of " + known);
        }
    }
    return ParkRecords(options, *park_options, form).run();
}

}  // namespace

Action add_park_records(CLI::App& park) {
    const auto options = std::make_shared<Options>();
    CLI::App* const command = park.add_subcommand(
        "records", "Print the DNS records that a domain without mail should publish");
    command->get_help_ptr()->description("Print this help and exit");
    command->add_option("DOMAIN", options->domains, "The domains");
    auto* const input =
        command
            ->add_option("--input", options->list.input,
                         "Read this file, one domain per line; - for standard input")
            ->type_name("FILE");
    auto* const column = command
                             ->add_option("--column", options->list.column,
                                          "The file is CSV: use this column, by name or number")
                             ->type_name("NAME|NUMBER")
                             ->needs(input);
    command->add_flag("--no-header", options->list.has_no_header, "The CSV has no header row")
        ->needs(column);
    add_park_options(*command, options->park_options);
    command
        ->add_option("--format", options->format,
                     "zone, table, json, octodns, dnscontrol, terraform or nsupdate")
        ->check(CLI::IsMember(
            {"zone", "table", "json", "octodns", "dnscontrol", "terraform", "nsupdate"}))
        ->capture_default_str()
        ->type_name("FORM");
    command->add_flag("--json", options->json, "The same as --format json");
    command->add_flag("--why", options->wants_why, "Print all background, not only the reasons");
    command->add_flag("--look", options->wants_lookup,
                      "Look up which of the usual names have an address");
    command->add_option("--resolver", options->resolvers, "With --look: the DNS server to use")
        ->allow_extra_args(false)
        ->type_name("ADDRESS[@PORT]");
    add_wait_option(*command, "--timeout", options->timeout,
                    "With --look: the timeout of a lookup");
    command
        ->add_option("--color", options->colour, "Colours: auto (on a terminal), always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    command->footer(
        "Example: turnaway park records example.org --name www --rua dmarc@example.net\n"
        "         turnaway park records --input domains.txt --format terraform --provider route53\n"
        "Exit:    0 written, 64 wrong command line, 65 a name is not a domain or cannot have "
        "that,\n"
        "         66 the list cannot be read, 69 DNS did not answer, 74 writing failed\n"
        "Manual:  man turnaway-park");
    return [options] { return run(*options); };
}

}  // namespace turnaway::cli
