// `turnaway queue`: looks at the queue of the running relay and changes it, over its control
// socket.
//
// Here is the command line; queue_actions.cc does the work, queue_recover.cc that of `recover`.
// Exit 0 when all was done, 64 for a wrong command line, 66 when a message or host is not there, 69
// when no relay answers, 74 when reading or writing fails, 77 when we may not ask.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>

#include "cli/command.h"
#include "cli/queue_options.h"

namespace turnaway::cli {
namespace {

constexpr const char* exit_codes =
    "\nExit:    0 done, 64 wrong command line, 66 no such message or host, 69 no relay answers,\n"
    "         74 reading or writing failed, 77 you may not ask\n"
    "Manual:  man turnaway-queue";

CLI::App* add_command(CLI::App& queue, QueueOptions& options, const std::string& name,
                      const std::string& words, const std::string& example) {
    CLI::App* const command = queue.add_subcommand(name, words);
    command->get_help_ptr()->description("Print this help and end");
    auto* const socket =
        command->add_option("--socket", options.socket, "The control socket of the relay")
            ->capture_default_str()
            ->type_name("PATH");
    command->add_option("--config", options.config, "Use the socket of this configuration")
        ->type_name("FILE")
        ->excludes(socket);
    command->footer("Example: " + example + exit_codes);
    return command;
}

void add_json(CLI::App* command, QueueOptions& options) {
    command->add_flag("--json", options.json, "Write one JSON object a line (docs/json.md)");
}

void add_colour(CLI::App* command, QueueOptions& options) {
    command->add_option("--color", options.colour, "Colours: auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
}

void add_ids(CLI::App* command, QueueOptions& options) {
    command->add_option("ID", options.ids, "Queue ids, as logs and list show them");
}

void add_filters(CLI::App* command, QueueOptions& options) {
    command->add_option("--sender", options.sender,
                        "Only from senders that contain this; <> is the null sender");
    command->add_option("--recipient", options.recipient, "Only for recipients that contain this");
    command->add_option("--domain", options.domain, "Only with recipients at this domain");
    command
        ->add_option("--state", options.state, "Only waiting, held, unreportable or corrupt ones")
        ->check(CLI::IsMember({"waiting", "held", "unreportable", "corrupt"}));
    command->add_option("--older", options.older, "Only those that came longer ago, such as 2h")
        ->type_name("TIME");
    command->add_option("--newer", options.newer, "Only those that came since, such as 30m")
        ->type_name("TIME");
}

void add_looks(CLI::App& queue, QueueOptions& options) {
    auto* command = add_command(queue, options, "list", "List the messages in the queue",
                                "turnaway queue list --domain example.org --older 2h");
    add_ids(command, options);
    add_filters(command, options);
    command->add_option("--limit", options.limit, "At most so many messages")->type_name("NUMBER");
    add_json(command, options);
    add_colour(command, options);

    command = add_command(queue, options, "show", "Show all that is known of a message",
                          "turnaway queue show 03625VN63RNE0");
    add_ids(command, options);
    add_json(command, options);
    add_colour(command, options);

    command = add_command(queue, options, "summary", "Count what waits for each domain",
                          "turnaway queue summary --limit 20");
    command->add_option("--limit", options.limit, "At most so many domains, most messages first")
        ->type_name("NUMBER");
    add_json(command, options);
    add_colour(command, options);

    command = add_command(queue, options, "export", "Write a message's content to standard output",
                          "turnaway queue export 03625VN63RNE0 > message.eml");
    add_ids(command, options);
    add_json(command, options);

    command = add_command(queue, options, "hosts", "List the hosts that said they take no mail",
                          "turnaway queue hosts");
    add_json(command, options);
    add_colour(command, options);
}

void add_changes(CLI::App& queue, QueueOptions& options) {
    auto* command = add_command(queue, options, "hold", "Keep messages from being tried",
                                "turnaway queue hold --all --sender @news.example");
    add_ids(command, options);
    add_filters(command, options);
    command->add_flag("--all", options.is_all, "Every message, or every one that matches");
    add_json(command, options);

    command = add_command(queue, options, "release", "Let held messages be tried again",
                          "turnaway queue release 03625VN63RNE0");
    add_ids(command, options);
    add_filters(command, options);
    command->add_flag("--all", options.is_all, "Every message, or every one that matches");
    add_json(command, options);

    command = add_command(queue, options, "delete", "Delete messages; nobody gets a report",
                          "turnaway queue delete --all --state unreportable --yes");
    add_ids(command, options);
    add_filters(command, options);
    command->add_flag("--all", options.is_all, "Every message, or every one that matches");
    command->add_flag("--yes", options.is_sure, "With --all: you mean it");
    add_json(command, options);

    command = add_command(queue, options, "flush", "Try messages now that wait for their time",
                          "turnaway queue flush --domain example.org");
    add_ids(command, options);
    command->add_option("--domain", options.domain, "What waits for this domain");
    command->add_flag("--all", options.is_all, "All that waits");
    add_json(command, options);

    command = add_command(queue, options, "forget", "Forget that a host said it takes no mail",
                          "turnaway queue forget 192.0.2.25:25");
    command->add_option("HOST", options.host,
                        "Its address, with or without a port, or its name for all its addresses");
    command->add_flag("--all", options.is_all, "Every host");
    add_json(command, options);
}

void add_recover(CLI::App& queue, QueueOptions& options) {
    CLI::App* const command = queue.add_subcommand(
        "recover", "Make a new database of what a damaged queue still holds; stop the relay first");
    command->get_help_ptr()->description("Print this help and end");
    auto* const spool = command->add_option("--spool", options.spool, "The folder of the queue")
                            ->type_name("FOLDER");
    command
        ->add_option("--config", options.config,
                     "The queue of this configuration; /etc/turnaway-relay.conf unless given")
        ->type_name("FILE")
        ->excludes(spool);
    add_json(command, options);
    command->footer(
        "What was there before is kept in a folder of the queue.\n"
        "Example: turnaway queue recover --spool /var/spool/turnaway\n"
        "\nExit:    0 done, 64 wrong command line, 65 nothing can be recovered, 69 a relay uses "
        "the\n"
        "         queue, 74 reading or writing failed, 77 you may not, 78 wrong configuration\n"
        "Manual:  man turnaway-queue");
}

}  // namespace

Action add_queue(CLI::App& program) {
    const auto options = std::make_shared<QueueOptions>();
    CLI::App* const queue =
        program.add_subcommand("queue", "Look at the queue of the relay and change it");
    queue->get_help_ptr()->description("Print this help and end");
    queue->require_subcommand(1);
    queue->footer(
        "Example: turnaway queue list\n"
        "         turnaway queue delete --help\n"
        "Manual:  man turnaway-queue");
    add_looks(*queue, *options);
    add_changes(*queue, *options);
    add_recover(*queue, *options);
    return [options, queue] {
        options->command = queue->get_subcommands().front()->get_name();
        return options->command == "recover" ? run_recover(*options) : run_queue(*options);
    };
}

}  // namespace turnaway::cli
