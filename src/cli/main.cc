// The `turnaway` program: selects the subcommand. Each one is a separate file (command.h).
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "base/printable.h"
#include "base/result.h"
#include "cli/common/command.h"
#include "cli/common/monitor_words.h"
#include "cli/daemon.h"
#include "settings/nearest_word.h"

namespace {

// The name of the selected (sub)command, for messages.
std::string meant_command(const CLI::App& program) {
    std::string name = program.get_name();
    for (auto subs = program.get_subcommands(); !subs.empty();) {
        name += ' ' + subs.front()->get_name();
        subs = subs.front()->get_subcommands();
    }
    return name;
}

int usage_fault() {
    return turnaway::base::exit_code(turnaway::base::Fault::usage);
}

// "park audit" for "audit"; empty if no command has a subcommand of this name.
std::string command_below(const CLI::App& program, const std::string& word) {
    const auto any = [](const CLI::App*) { return true; };
    for (const CLI::App* command : program.get_subcommands(any)) {
        for (const CLI::App* below : command->get_subcommands(any)) {
            if (below->get_name() == word) return command->get_name() + ' ' + word;
        }
    }
    return {};
}

// Empty if the program itself has this option.
std::string fault_of_option(const CLI::App& program, const std::string& word) {
    if (program.get_option_no_throw(word) != nullptr) return {};
    std::string text = "there is no option \"";
    turnaway::base::append_printable(text, word, 80);
    return text + "\" before a command";
}

// `there is no command "chek"; did you mean "check"?`; empty if the words name existing commands.
std::string fault_of_command(const CLI::App& program, const std::vector<std::string>& words) {
    const CLI::App* at = &program;
    for (const std::string& word : words) {
        const auto commands = at->get_subcommands([](const CLI::App*) { return true; });
        if (commands.empty() || word.empty()) return {};
        if (word.front() == '-') {
            return at == &program ? fault_of_option(program, word) : std::string();
        }
        const auto found = std::ranges::find(
            commands, word, [](const CLI::App* command) { return command->get_name(); });
        if (found != commands.end()) {
            at = *found;
            continue;
        }
        std::vector<std::string> names;
        names.reserve(commands.size() + 4);
        for (const CLI::App* command : commands) names.push_back(command->get_name());
        if (at == &program) names.insert(names.end(), {"help", "version", "refuse", "relay"});
        const std::vector<std::string_view> views(names.begin(), names.end());
        std::string text = "there is no command \"";
        turnaway::base::append_printable(text, word, 80);
        if (const std::string whole = command_below(program, word); !whole.empty()) {
            text += "\"; did you mean \"";
            text += whole;
            return text + "\"?";
        }
        const auto near = turnaway::settings::nearest_word(word, views);
        if (near) return text + "\"; did you mean \"" + std::string(*near) + "\"?";
        text += "\"; there are:";
        for (const std::string& name : names) text += ' ' + name;
        return text;
    }
    return {};
}

bool is_monitored(const std::vector<std::string>& words) {
    return std::ranges::any_of(words, [](std::string_view word) {
        return word == "--nagios" || word.starts_with("--nagios=");
    });
}

// Monitoring expects one line on standard output and 0 to 3, whatever happens.
int tell_monitor(const std::string& name, const std::string& words) {
    std::printf("UNKNOWN - %s: %s | unknown=1\n", name.c_str(),
                turnaway::cli::monitor_words(words).c_str());
    return 3;
}

int refuse(const std::string& name, const std::string& words, bool for_monitor) {
    if (for_monitor) return tell_monitor(name, words);
    std::fprintf(stderr, "%s: %s\nTry '%s --help'.\n", name.c_str(), words.c_str(), name.c_str());
    return usage_fault();
}

// `help check` is `check --help`, `version` is `--version`.
std::vector<std::string> with_plain_words(std::vector<std::string> words) {
    if (words.empty()) return {"--help"};
    if (words.front() == "version" && words.size() == 1) return {"--version"};
    if (words.front() != "help") return words;
    words.erase(words.begin());
    words.emplace_back("--help");
    return words;
}

int run(std::vector<std::string> words) {
    CLI::App program;
    const auto commands = turnaway::cli::add_commands(program);
    words = with_plain_words(std::move(words));
    const bool for_monitor = is_monitored(words);
    const std::string fault = fault_of_command(program, words);
    if (!fault.empty()) return refuse(program.get_name(), fault, for_monitor);
    try {
        std::ranges::reverse(words);  // in the order CLI11 expects
        program.parse(std::move(words));
    } catch (const CLI::Success& wanted) {  // --help, --version
        return program.exit(wanted);
    } catch (const CLI::ParseError& error) {
        return refuse(meant_command(program), error.what(), for_monitor);
    }
    for (const auto& [command, action] : commands) {
        if (command->parsed()) return action();
    }
    return usage_fault();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) {
        if (const auto daemon = turnaway::cli::daemon_program(argv[1])) {
            return turnaway::cli::become_daemon(*daemon, argv + 1);
        }
    }
    const std::vector<std::string> words(argv + 1, argv + argc);
    try {
        return run(words);
    } catch (const std::exception& error) {
        if (is_monitored(words)) return tell_monitor("turnaway", error.what());
        std::fprintf(stderr, "turnaway: %s\n", error.what());
        return turnaway::base::exit_code(turnaway::base::Fault::software);
    }
}
