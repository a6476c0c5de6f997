// `turnaway queue move`: takes the queue of a stopped relay along from its disk into a database
// (spool/postgres/moving.h).
//
// Needs no relay, and refuses while one uses the folder. Run by the owner of the folder, so that
// the files stay usable for the relay.
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include "base/printable.h"
#include "base/result.h"
#include "cli/bulk/bulk_progress.h"
#include "cli/common/json_line.h"
#include "cli/common/output.h"
#include "cli/queue/queue_client.h"
#include "cli/queue/queue_options.h"
#include "relay/queue/spool_choice.h"
#include "spool/postgres/address.h"
#include "spool/postgres/moving.h"
#include "spool/sqlite/open_spool.h"

namespace turnaway::cli {
namespace {

using base::Fault;

void say(std::string_view words) {
    std::string text;
    base::append_printable(text, words, 2000);
    std::fprintf(stderr, "turnaway queue: %s\n", text.c_str());
}

base::Result<std::string> target_of(const QueueOptions& options) {
    std::string address = options.to;
    if (address.empty()) {
        auto config = relay::read_config(options.config.empty() ? standard_config : options.config);
        if (!config) return std::unexpected(config.error());
        address = config->spool.path;
    }
    if (!spool::postgres::is_address(address)) {
        return base::fail(Fault::usage,
                          "the queue is moved into a database: --to, or [spool] path, "
                          "must be an address such as postgresql://user@host/name");
    }
    const std::string fault = spool::postgres::fault_of(address);
    if (!fault.empty()) {
        return base::fail(Fault::usage, (options.to.empty() ? "[spool] path: " : "--to: ") + fault);
    }
    return address;
}

// Files that another user made could not be used by the relay later.
base::Result<void> check_user(const std::string& folder) {
    struct stat status = {};
    if (stat(folder.c_str(), &status) != 0) {
        return base::fail_errno(Fault::no_input, "cannot read " + folder);
    }
    if (status.st_uid == geteuid()) return {};
    const passwd* const owner = getpwuid(status.st_uid);
    const std::string name =
        owner == nullptr ? '#' + std::to_string(status.st_uid) : std::string(owner->pw_name);
    return base::fail(Fault::permission, folder + " belongs to " + name + ": run this as " + name +
                                             ", for example with `runuser -u " + name +
                                             " -- turnaway queue move ...`");
}

std::string counted(std::uint64_t count) {
    return std::to_string(count) + (count == 1 ? " message" : " messages");
}

std::string page_of(const spool::postgres::Moved& moved) {
    std::string text = counted(moved.messages) + " moved.\n";
    if (moved.before > 0) {
        text += counted(moved.before) + " had been moved by an earlier run.\n";
    }
    return text;
}

}  // namespace

int run_move(const QueueOptions& options) {
    const auto fail = [](const base::Error& error) {
        say(error.message);
        return base::exit_code(error.fault);
    };
    const auto target = target_of(options);
    if (!target) return fail(target.error());
    if (const auto allowed = check_user(options.from); !allowed) return fail(allowed.error());
    std::error_code error;
    const auto folder = std::filesystem::canonical(options.from, error);
    if (error || !std::filesystem::exists(folder / "spool.db", error)) {
        return fail({Fault::no_input, options.from + " is not a queue: it has no spool.db"});
    }
    const auto from = spool::open_spool({.path = folder.string(), .free_bytes_min = 0});
    if (!from) return fail(from.error());
    BulkProgress progress(BulkProgress::Mode::on_terminal, std::nullopt, 0, 0, "messages");
    const auto moved = spool::postgres::move_spool(
        **from, {.to = *target,
                 .source = relay::host_name() + ':' + folder.string(),
                 .on_progress = [&progress](std::uint64_t messages) {
                     progress.show(static_cast<std::size_t>(messages), 0);
                 }});
    progress.end();
    if (!moved) return fail(moved.error());
    Output output("turnaway queue");
    if (options.json) {
        Json line{{"type", "moved"},
                  {"messages", moved->messages},
                  {"before", moved->before},
                  {"hosts", moved->hosts},
                  {"damaged", Json::array()}};
        for (const auto& row : moved->damaged) line["damaged"].push_back(row.id.text());
        output.text() = json_line(line);
    } else {
        output.text() = page_of(*moved);
    }
    for (const auto& row : moved->damaged) {
        say(row.id.text() + " cannot be read and stays in " + folder.string() + ": " + row.words);
    }
    if (!output.flush()) return base::exit_code(Fault::io);
    return moved->damaged.empty() ? 0 : base::exit_code(Fault::data);
}

}  // namespace turnaway::cli
