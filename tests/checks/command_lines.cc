// Prints the command lines of the programs as JSON, from the objects that read them: what
// tools/write_completions.py makes the completion scripts of.
//
// Each command is {name, description, options, arguments, commands}. `value` is what --help shows
// of a value ("FILE", "TEXT:{auto,always,never}"), missing for a flag. `words` are the values of
// two options that take a word of a table which is too long for --help.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/common/command.h"
#include "codes/collision.h"
#include "gate/command_line.h"
#include "park/audit/dns_providers.h"
#include "refuse/options.h"
#include "relay/command_line.h"

namespace {

using Json = nlohmann::ordered_json;
using Words = std::vector<std::string>;

Words names_of(const CLI::Option& option) {
    Words names;
    for (const auto& name : option.get_snames()) names.push_back('-' + name);
    for (const auto& name : option.get_lnames()) names.push_back("--" + name);
    return names;
}

Words words_of(const std::string& command, const CLI::Option& option) {
    Words words;
    if (!option.check_lname("provider")) return words;
    if (command == "explain") {
        words.assign(turnaway::codes::provider_names.begin(),
                     turnaway::codes::provider_names.end());
    } else {
        for (const auto& row : turnaway::park::dns_providers()) words.emplace_back(row.name);
    }
    return words;
}

Json described(const std::string& command, const CLI::Option& option) {
    Json out;
    if (option.nonpositional()) {
        out["names"] = names_of(option);
    } else {
        out["name"] = option.get_name();
    }
    out["description"] = option.get_description();
    if (option.get_items_expected_max() > 0) {
        out["value"] = option.get_type_name();
        if (auto words = words_of(command, option); !words.empty()) out["words"] = std::move(words);
    }
    out["repeatable"] = option.get_expected_max() > 1 ||
                        option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
    Words excluded;
    for (const CLI::Option* other : option.get_excludes()) {
        for (auto& name : names_of(*other)) excluded.push_back(std::move(name));
    }
    std::ranges::sort(excluded);
    out["excludes"] = excluded;
    return out;
}

Json described(const CLI::App& command) {
    Json out{{"name", command.get_name()},
             {"description", command.get_description()},
             {"options", Json::array()},
             {"arguments", Json::array()},
             {"commands", Json::array()}};
    for (const CLI::Option* option : command.get_options()) {
        out[option->nonpositional() ? "options" : "arguments"].push_back(
            described(command.get_name(), *option));
    }
    for (const CLI::App* below : command.get_subcommands([](const CLI::App*) { return true; })) {
        out["commands"].push_back(described(*below));
    }
    return out;
}

}  // namespace

int main() {
    CLI::App turnaway_app;
    CLI::App refuse_app;
    CLI::App relay_app;
    CLI::App gate_app;
    turnaway::refuse::Given refuse_given;
    turnaway::relay::CommandLine relay_given;
    turnaway::gate::CommandLine gate_given;
    turnaway::cli::add_commands(turnaway_app);
    turnaway::refuse::add_options(refuse_app, refuse_given);
    turnaway::relay::add_options(relay_app, relay_given);
    turnaway::gate::add_options(gate_app, gate_given);
    const Json all{described(turnaway_app), described(refuse_app), described(relay_app),
                   described(gate_app)};
    std::puts(all.dump(1).c_str());
    return 0;
}
