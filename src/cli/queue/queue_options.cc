#include "cli/queue/queue_options.h"

#include <string>
#include <utility>

#include "base/duration.h"

namespace turnaway::cli {

base::Result<void> check_options(const QueueOptions& options) {
    const std::string& command = options.command;
    const auto wrong = [](std::string words) {
        return base::fail(base::Fault::usage, std::move(words));
    };
    const bool has_ids = !options.ids.empty();
    for (const auto* time : {&options.older, &options.newer}) {
        if (!time->empty() && !base::parse_duration(*time)) {
            return wrong("\"" + *time + "\" is not a time; expected such as 90s, 30m, 2h or 5d");
        }
    }
    if (command == "drain" && options.node.empty()) return wrong("name the relay to empty");
    if (command == "show" && !has_ids) return wrong("name the messages to show");
    if (command == "export" && options.ids.size() != 1) {
        return wrong("name the one message to export");
    }
    if (command == "forget" && options.host.empty() != options.is_all) {
        return wrong("name the host, or say --all");
    }
    if (command == "flush" && has_ids + options.is_all + !options.domain.empty() != 1) {
        return wrong("name the messages, or say --domain or --all");
    }
    if (command != "hold" && command != "release" && command != "delete") return {};
    if (has_ids && (options.is_all || options.has_filter())) {
        return wrong("name the messages, or say --all, not both");
    }
    if (!has_ids && !options.is_all) {
        return wrong(options.has_filter() ? "add --all to mean every message that matches"
                                          : "name the messages, or say --all");
    }
    if (command == "delete" && options.is_all && !options.is_sure) {
        return wrong("this deletes every message" +
                     std::string(options.has_filter() ? " that matches" : "") +
                     " and does not notify the sender; add --yes if you mean it");
    }
    return {};
}

}  // namespace turnaway::cli
