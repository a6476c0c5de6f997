#include "gate/command_line.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace turnaway::gate {

namespace {

CLI::App* add_subcommand(CLI::App& program, const std::string& name, const std::string& title) {
    auto* command = program.add_subcommand(name, title);
    command->get_help_ptr()->description("Print this help and exit");
    command->fallthrough();
    return command;
}

void add_filter(CLI::App& program, CommandLine& given) {
    auto* command = add_subcommand(
        program, "filter", "Serve OpenSMTPD, which starts it, over standard input and output");
    command->callback([&given] { given.is_filter = true; });
    command->footer(
        "In smtpd.conf: filter turnaway proc-exec \"/usr/sbin/turnaway-gate filter\"\n"
        "               listen on all filter turnaway");
}

void add_test(CLI::App& program, CommandLine& given) {
    auto* command = add_subcommand(
        program, "test", "Show the decision about a recipient, and the answer in each protocol");
    auto& trial = given.trial;
    command->callback([&given] { given.is_test = true; });
    command->add_option("--recipient", trial.recipient, "The address of the recipient")
        ->required()
        ->type_name("ADDRESS");
    command->add_option("--sender", trial.sender, "The address of the sender; empty: <>")
        ->type_name("ADDRESS");
    command->add_option("--client", trial.client, "The address of the client")->type_name("IP");
    command->add_option("--user", trial.user, "The authenticated user")->type_name("NAME");
    command->add_flag("--json", trial.is_json, "Write one JSON object");
    command->footer(
        "Example: turnaway gate test --recipient bob@example.net --sender ann@example.org\n"
        "Exit:    0 passed, 1 refused permanently, 2 refused temporarily");
}

void add_learn(CLI::App& program, CommandLine& given) {
    auto* command = add_subcommand(
        program, "learn", "Read the log of a mail server for hosts that refuse all mail with 521");
    command
        ->add_option("--log", given.log_path,
                     "The log of Postfix, Exim or Sendmail; - is standard input")
        ->required()
        ->type_name("FILE");
    command->footer(
        "Example: tail -n 0 -F /var/log/mail.log | turnaway-gate learn --log -\n"
        "Service: turnaway-gate-learn.service, which follows the journal");
}

}  // namespace

void add_options(CLI::App& program, CommandLine& given) {
    daemon::add_options(
        program, given, "turnaway-gate",
        "Decides for the mail server that is already there which recipients can take no mail.");
    add_filter(program, given);
    add_test(program, given);
    add_learn(program, given);
}

}  // namespace turnaway::gate
