// `turnaway park`: domains that do not accept mail, or do not send any: what they should publish,
// and whether they do.
#include "cli/park/park.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "base/result.h"

namespace turnaway::cli {

Action add_park(CLI::App& program) {
    CLI::App* const park = program.add_subcommand(
        "park", "For domains without mail: the DNS records to publish, and an audit of them");
    park->get_help_ptr()->description("Print this help and exit");
    park->require_subcommand(1);
    park->footer(
        "Example: turnaway park records example.org\n"
        "         turnaway park audit example.org\n"
        "Manual:  man turnaway-park");
    using Command = std::pair<CLI::App*, Action>;
    const auto commands = std::make_shared<std::vector<Command>>();
    for (const auto add : {add_park_records, add_park_audit}) {
        Action action = add(*park);
        commands->emplace_back(park->get_subcommands({}).back(), std::move(action));
    }
    return [commands] {
        for (const auto& [command, action] : *commands) {
            if (command->parsed()) return action();
        }
        return base::exit_code(base::Fault::usage);
    };
}

}  // namespace turnaway::cli
