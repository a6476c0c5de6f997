// `turnaway queue recover`: makes a new spool from what is readable in a damaged one
// (spool/sqlite/recovery.h).
//
// The only queue command that does not need a relay, and refuses to work while one runs. If run as
// root it gives the files to the owner of the folder.
#include <cstdio>
#include <string>
#include <string_view>

#include "base/printable.h"
#include "base/result.h"
#include "cli/common/json_line.h"
#include "cli/common/output.h"
#include "cli/queue/queue_client.h"
#include "cli/queue/queue_options.h"
#include "relay/queue/spool_choice.h"
#include "spool/sqlite/recovery.h"

namespace turnaway::cli {
namespace {

void say(std::string_view words) {
    std::string text;
    base::append_printable(text, words, 2000);
    std::fprintf(stderr, "turnaway queue: %s\n", text.c_str());
}

base::Result<std::string> spool_path(const QueueOptions& options) {
    if (!options.spool.empty()) return options.spool;
    auto config = relay::read_config(options.config.empty() ? standard_config : options.config);
    if (!config) return std::unexpected(config.error());
    if (relay::is_shared(config->spool)) {
        return base::fail(base::Fault::usage,
                          "the queue is in a database, which is restored from its own backup; "
                          "--spool names a folder");
    }
    return config->spool.path;
}

std::string counted(std::size_t count) {
    return std::to_string(count) + (count == 1 ? " message" : " messages");
}

std::string page_of(const spool::Recovered& recovered) {
    std::string text = "The queue has " + counted(recovered.from_rows + recovered.from_files) +
                       ": " + std::to_string(recovered.from_rows) + " from the old database, " +
                       std::to_string(recovered.from_files) + " from content files.\n";
    if (recovered.corrupt > 0) {
        text += counted(recovered.corrupt) +
                " cannot be read; see `turnaway queue list --state corrupt` when the relay runs.\n";
    }
    if (!recovered.aside.empty()) {
        text += "What was there before is in " + recovered.aside +
                "; delete that folder when the queue is right.\n";
    }
    return text;
}

}  // namespace

int run_recover(const QueueOptions& options) {
    const auto fail = [](const base::Error& error) {
        say(error.message);
        return base::exit_code(error.fault);
    };
    const auto path = spool_path(options);
    if (!path) return fail(path.error());
    const auto recovered = spool::recover_spool(*path);
    if (!recovered) return fail(recovered.error());
    Output output("turnaway queue");
    if (options.json) {
        const Json line{{"type", "recovered"},
                        {"from_rows", recovered->from_rows},
                        {"from_files", recovered->from_files},
                        {"corrupt", recovered->corrupt},
                        {"aside", recovered->aside.empty() ? Json() : Json(recovered->aside)},
                        {"notes", recovered->notes}};
        output.text() = json_line(line);
    } else {
        for (const auto& note : recovered->notes) say(note);
        output.text() = page_of(*recovered);
    }
    return output.flush() ? 0 : base::exit_code(base::Fault::io);
}

}  // namespace turnaway::cli
