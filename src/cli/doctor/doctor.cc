// `turnaway doctor`: checks everything the relay needs before or while it runs, and reports the
// state and the fix of each; with --gate what the gate and Postfix need of each other instead.
//
// Exit status as for monitoring systems: 0 nothing to do, 1 a warning, 2 a problem; an unknown
// result is reported and does not count. 64 for a wrong command line, 74 if writing fails.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "base/json_controls.h"
#include "base/result.h"
#include "cli/common/colours.h"
#include "cli/common/command.h"
#include "cli/common/json_line.h"
#include "cli/common/output.h"
#include "cli/doctor/doctor_context.h"
#include "cli/doctor/doctor_gate.h"

namespace turnaway::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int exit_warning = 1;
constexpr int exit_problem = 2;

struct Options {
    std::string config_path;
    bool is_gate = false;
    std::string postconf_path;
    std::string dns_name = "iana.org";
    std::string port25_target;
    std::string colour = "auto";
    bool json = false;
};

struct CheckRow {
    std::string_view name;
    DoctorCheck look;
    bool needs_config;  // skipped if the configuration is not correct
};
constexpr std::array<CheckRow, 11> checks{{
    {"configuration", check_policy, true},
    {"clock", check_clock, false},
    {"resolver", check_resolver, true},
    {"hostname", check_hostname, true},
    {"port25", check_port25, true},
    {"listen", check_listen, true},
    {"user", check_user, true},
    {"certificate", check_certificate, true},
    {"disk", check_disk, true},
    {"spool", check_spool, true},
    {"control", check_control, true},
}};

std::string json_of(const DoctorFinding& finding) {
    const Json object{{"type", "doctor"},
                      {"check", finding.check},
                      {"health", name(finding.health)},
                      {"words", finding.words},
                      {"fix", finding.fix.empty() ? Json(nullptr) : Json(finding.fix)}};
    return json_line(object);
}

std::string line_of(const DoctorFinding& finding, const Colours& colours) {
    const bool is_loud = finding.health >= Health::warning;
    std::string out = fmt::format("{}{:<8}{} {}{:<14}{} {}\n", is_loud ? colours.answer : "",
                                  name(finding.health), is_loud ? colours.off : "", colours.label,
                                  finding.check, colours.off, finding.words);
    if (!finding.fix.empty()) out += fmt::format("{:<24}-> {}\n", "", finding.fix);
    return out;
}

// Each error in the file is a finding: `file:line: ...`.
void add_faults(const std::string& message, DoctorFindings& findings) {
    for (std::size_t begin = 0; begin < message.size();) {
        const auto end = std::min(message.find('\n', begin), message.size());
        findings.problem(message.substr(begin, end - begin),
                         "Correct the file; all keys: man turnaway-relay.conf");
        begin = end + 1;
    }
}

class Doctor {
  public:
    explicit Doctor(const Options& options)
        : options_(options), colours_(colours_for(options.colour)) {}

    int run() {
        if (options_.is_gate) return run_for_gate();
        DoctorContext context{.config_path = options_.config_path,
                              .config = {},
                              .dns_name = options_.dns_name,
                              .port25_target = options_.port25_target};
        auto config = relay::read_config(options_.config_path);
        if (config) context.config = *config;
        for (const auto& check : checks) {
            if (!config && check.needs_config) continue;
            DoctorFindings findings(check.name);
            check.look(context, findings);
            if (!tell(findings)) return base::exit_code(base::Fault::io);
        }
        if (!config) {
            DoctorFindings findings("configuration");
            add_faults(config.error().message, findings);
            findings.unknown("Nothing else was checked: it depends on the configuration.",
                             "Correct the configuration first.");
            if (!tell(findings)) return base::exit_code(base::Fault::io);
        }
        return exit_status();
    }

  private:
    int run_for_gate() {
        bool is_written = true;
        examine_gate({.config_path = options_.config_path, .postconf_path = options_.postconf_path},
                     [&](const DoctorFindings& findings) { return is_written = tell(findings); });
        return is_written ? exit_status() : base::exit_code(base::Fault::io);
    }

    int exit_status() const {
        if (worst_ == Health::problem) return exit_problem;
        return worst_ == Health::warning ? exit_warning : 0;
    }

    // Reported as soon as it is known: some checks take seconds.
    bool tell(const DoctorFindings& findings) {
        for (const auto& each : findings.all()) {
            worst_ = std::max(worst_, each.health);
            const std::string text = options_.json ? json_of(each) : line_of(each, colours_);
            output_.text() += text;
        }
        return output_.flush();
    }

    const Options& options_;
    const Colours& colours_;
    Output output_{"turnaway doctor"};
    Health worst_ = Health::ok;
};

}  // namespace

std::string_view name(Health health) {
    switch (health) {
        case Health::ok:
            return "ok";
        case Health::unknown:
            return "unknown";
        case Health::warning:
            return "warning";
        case Health::problem:
            return "problem";
    }
    return "";
}

Action add_doctor(CLI::App& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand(
        "doctor", "Check everything that the relay or the gate needs, and show what to change");
    command->get_help_ptr()->description("Print this help and exit");
    command
        ->add_option("--config", options->config_path,
                     "The configuration file: /etc/turnaway-relay.conf, or /etc/turnaway-gate.conf "
                     "with --gate, unless given")
        ->type_name("FILE");
    command->add_flag("--gate", options->is_gate,
                      "Check what turnaway-gate and Postfix need of each other instead");
    command
        ->add_option("--postconf", options->postconf_path,
                     "With --gate: a file with the output of postconf -nx, -P and -F '*/*/chroot', "
                     "instead of asking Postfix")
        ->type_name("FILE");
    command->add_flag("--json", options->json, "Write one JSON object for each finding");
    command
        ->add_option(
            "--port25-target", options->port25_target,
            "The host to connect to when outgoing mail is tested, instead of well-known ones")
        ->type_name("HOST[:PORT]");
    command
        ->add_option("--dns-name", options->dns_name,
                     "The name to look up in DNS, in a signed zone")
        ->capture_default_str()
        ->type_name("HOST");
    command
        ->add_option("--color", options->colour, "Colours: auto (on a terminal), always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    command->footer(
        "Example: turnaway doctor --config /etc/turnaway-relay.conf\n"
        "         turnaway doctor --gate\n"
        "         turnaway doctor --json | jq -r 'select(.health != \"ok\") | .words'\n"
        "Exit:    0 nothing to do, 1 a warning, 2 a problem\n"
        "Manual:  man turnaway-doctor");
    return [options] {
        if (options->config_path.empty()) {
            options->config_path =
                options->is_gate ? "/etc/turnaway-gate.conf" : "/etc/turnaway-relay.conf";
        }
        return Doctor(*options).run();
    };
}

}  // namespace turnaway::cli
