// `turnaway queue`: shows and changes the queue of the running relay, over its control socket.
//
// This file has the command line; queue_actions.cc does the work, queue_recover.cc that of
// `recover`. Exit status 0 if all was done, 64 for a wrong command line, 66 if a message or host
// does not exist, 69 if no relay answers, 74 if reading or writing fails, 77 without the right to
// connect.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <string>

#include "cli/common/command.h"
#include "cli/queue/queue_options.h"

namespace turnaway::cli {
namespace {

constexpr const char* exit_codes =
    "\nExit:    0 done, 64 wrong command line, 66 no such message or host, 69 the relay does not "
    "answer,\n"
    "         74 reading or writing failed, 77 not permitted\n"
    "Manual:  man turnaway-queue";

CLI::App* add_command(CLI::App& queue, QueueOptions& options, const std::string& name,
                      const std::string& words, const std::string& example) {
    CLI::App* const command = queue.add_subcommand(name, words);
    command->get_help_ptr()->description("Print this help and exit");
    auto* const socket =
        command->add_option("--socket", options.socket, "The control socket of the relay")
            ->capture_default_str()
            ->type_name("PATH");
    command->add_option("--config", options.config, "Use the socket that this configuration names")
        ->type_name("FILE")
        ->excludes(socket);
    command->footer("Example: " + example + exit_codes);
    return command;
}

void add_json(CLI::App* command, QueueOptions& options) {
    command->add_flag("--json", options.json,
                      "Write one JSON object per line (/usr/share/doc/turnaway/docs/json.md)");
}

void add_colour(CLI::App* command, QueueOptions& options) {
    command->add_option("--color", options.colour, "Colours: auto (on a terminal), always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
}

void add_ids(CLI::App* command, QueueOptions& options) {
    command->add_option("ID", options.ids, "Queue ids, as in the log and the list");
}

void add_node(CLI::App* command, QueueOptions& options) {
    command
        ->add_option("--node", options.node,
                     "Only this relay of those that share the queue; without it, all")
        ->type_name("NAME");
}

void add_filters(CLI::App* command, QueueOptions& options) {
    command->add_option("--sender", options.sender,
                        "Only messages whose sender contains this; <> is the null sender");
    command->add_option("--recipient", options.recipient,
                        "Only messages with a recipient that contains this");
    command->add_option("--domain", options.domain,
                        "Only messages with a recipient at this domain");
    command
        ->add_option("--state", options.state,
                     "Only messages in this state: waiting, held, unreportable or corrupt")
        ->check(CLI::IsMember({"waiting", "held", "unreportable", "corrupt"}));
    command->add_option("--older", options.older, "Only messages older than this, such as 2h")
        ->type_name("TIME");
    command->add_option("--newer", options.newer, "Only messages newer than this, such as 30m")
        ->type_name("TIME");
}

void add_looks(CLI::App& queue, QueueOptions& options) {
    auto* command = add_command(queue, options, "list", "List the messages in the queue",
                                "turnaway queue list --domain example.org --older 2h");
    add_ids(command, options);
    add_filters(command, options);
    command->add_option("--limit", options.limit, "The maximum number of messages")
        ->type_name("NUMBER");
    add_node(command, options);
    add_json(command, options);
    add_colour(command, options);

    command = add_command(queue, options, "show", "Show everything about a message",
                          "turnaway queue show 03625VN63RNE0");
    add_ids(command, options);
    add_node(command, options);
    add_json(command, options);
    add_colour(command, options);

    command = add_command(queue, options, "summary", "Count the messages for each domain",
                          "turnaway queue summary --limit 20");
    command
        ->add_option("--limit", options.limit,
                     "At most this many domains, those with the most messages first")
        ->type_name("NUMBER");
    add_node(command, options);
    add_json(command, options);
    add_colour(command, options);

    command =
        add_command(queue, options, "export", "Write the content of a message to standard output",
                    "turnaway queue export 03625VN63RNE0 > message.eml");
    add_ids(command, options);
    add_node(command, options);
    add_json(command, options);

    command = add_command(queue, options, "nodes", "List the relays that share the queue",
                          "turnaway queue nodes");
    add_json(command, options);
    add_colour(command, options);

    command = add_command(queue, options, "hosts", "List the hosts known to refuse all mail",
                          "turnaway queue hosts");
    add_json(command, options);
    add_colour(command, options);
}

void add_changes(CLI::App& queue, QueueOptions& options) {
    auto* command = add_command(queue, options, "hold", "Hold messages: they are not tried",
                                "turnaway queue hold --all --sender @news.example");
    add_ids(command, options);
    add_filters(command, options);
    command->add_flag("--all", options.is_all, "All messages that match");
    add_node(command, options);
    add_json(command, options);

    command = add_command(queue, options, "release", "Release held messages",
                          "turnaway queue release 03625VN63RNE0");
    add_ids(command, options);
    add_filters(command, options);
    command->add_flag("--all", options.is_all, "All messages that match");
    add_node(command, options);
    add_json(command, options);

    command = add_command(queue, options, "delete", "Delete messages without a report",
                          "turnaway queue delete --all --state unreportable --yes");
    add_ids(command, options);
    add_filters(command, options);
    command->add_flag("--all", options.is_all, "All messages that match");
    command->add_flag("--yes", options.is_sure, "With --all: confirm");
    add_node(command, options);
    add_json(command, options);

    command = add_command(queue, options, "flush", "Try waiting messages now",
                          "turnaway queue flush --domain example.org");
    add_ids(command, options);
    command->add_option("--domain", options.domain, "The messages for this domain");
    command->add_flag("--all", options.is_all, "All messages");
    add_node(command, options);
    add_json(command, options);

    command = add_command(queue, options, "drain",
                          "Empty a relay that shares the queue, before it is stopped",
                          "turnaway queue drain relay-2");
    command->add_option("NODE", options.node, "The relay, as in `turnaway queue nodes`");
    command->add_flag("--undo", options.is_undone, "It works normally again");
    add_json(command, options);

    command = add_command(queue, options, "forget", "Forget that a host refuses all mail",
                          "turnaway queue forget 192.0.2.25:25");
    command->add_option(
        "HOST", options.host,
        "The host's address, with or without a port, or its name for all its addresses");
    command->add_flag("--all", options.is_all, "Every host");
    add_json(command, options);
}

void add_recover(CLI::App& queue, QueueOptions& options) {
    CLI::App* const command =
        queue.add_subcommand("recover", "Rebuild a damaged queue; stop the relay first");
    command->get_help_ptr()->description("Print this help and exit");
    auto* const spool = command->add_option("--spool", options.spool, "The folder of the queue")
                            ->type_name("FOLDER");
    command
        ->add_option(
            "--config", options.config,
            "Use the queue that this configuration names (default: /etc/turnaway-relay.conf)")
        ->type_name("FILE")
        ->excludes(spool);
    add_json(command, options);
    command->footer(
        "The damaged files are kept in a folder of the queue.\n"
        "Example: turnaway queue recover --spool /var/spool/turnaway\n"
        "\nExit:    0 done, 64 wrong command line, 65 nothing can be recovered, 69 a relay uses "
        "the\n"
        "         queue, 74 reading or writing failed, 77 not permitted, 78 wrong configuration\n"
        "Manual:  man turnaway-queue");
}

void add_move(CLI::App& queue, QueueOptions& options) {
    CLI::App* const command = queue.add_subcommand(
        "move", "Move a queue from a disk into a database; stop its relay first");
    command->get_help_ptr()->description("Print this help and exit");
    command->add_option("--from", options.from, "The folder of the queue")
        ->type_name("FOLDER")
        ->required();
    auto* const to =
        command->add_option("--to", options.to, "The address of the database, which has its tables")
            ->type_name("ADDRESS");
    command
        ->add_option("--config", options.config,
                     "Use the database that this configuration names (default: "
                     "/etc/turnaway-relay.conf)")
        ->type_name("FILE")
        ->excludes(to);
    add_json(command, options);
    command->footer(
        "It can be ended and run again at any time: nothing is lost or moved twice.\n"
        "Example: turnaway queue move --from /var/spool/turnaway --config "
        "/etc/turnaway-relay.conf\n"
        "\nExit:    0 done, 64 wrong command line, 65 messages that cannot be read stayed, 66 no "
        "queue\n"
        "         there, 69 a relay uses it or the database does not answer, 74 reading or "
        "writing\n"
        "         failed, 77 not permitted, 78 wrong configuration or tables\n"
        "Manual:  man turnaway-queue");
}

}  // namespace

Action add_queue(CLI::App& program) {
    const auto options = std::make_shared<QueueOptions>();
    CLI::App* const queue =
        program.add_subcommand("queue", "Show and change the queue of the relay");
    queue->get_help_ptr()->description("Print this help and exit");
    queue->require_subcommand(1);
    queue->footer(
        "Example: turnaway queue list\n"
        "         turnaway queue delete --help\n"
        "Manual:  man turnaway-queue");
    add_looks(*queue, *options);
    add_changes(*queue, *options);
    add_recover(*queue, *options);
    add_move(*queue, *options);
    return [options, queue] {
        options->command = queue->get_subcommands().front()->get_name();
        if (options->command == "recover") return run_recover(*options);
        return options->command == "move" ? run_move(*options) : run_queue(*options);
    };
}

}  // namespace turnaway::cli
