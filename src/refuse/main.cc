// turnaway-refuse: the host that does not accept mail. Opens sockets, gives up all rights, serves,
// ends. See turnaway-refuse(8).
#include <barrier>
#include <cstdio>
#include <thread>

#include "process/descriptor.h"
#include "process/rights.h"
#include "process/service_notify.h"
#include "refuse/options.h"
#include "refuse/sandbox.h"
#include "refuse/supervisor.h"

namespace {

using namespace turnaway::refuse;
namespace process = turnaway::process;
using turnaway::base::Result;

// Listeners, epoll and eventfds of each worker, standard streams, metrics clients, descriptors that
// libraries use temporarily.
constexpr std::uint64_t descriptors_beside_connections = 64;

// Raises the limit of open files for the maximum of connections. Without --max-connections the
// maximum is lowered to what the system allows.
Result<void> make_room_for_connections(Settings& settings, std::size_t listeners) {
    constexpr std::uint32_t connections_min = 64;
    const std::uint64_t others =
        settings.workers * (Worker::spare_rows + 4 + listeners) + descriptors_beside_connections;
    const std::uint32_t least =
        settings.is_connections_max_given ? settings.connections_max : connections_min;
    const auto granted = process::limit_descriptors(
        others + settings.connections_max, others + least, "lower --max-connections or --workers");
    if (!granted) return std::unexpected(granted.error());
    settings.connections_max = static_cast<std::uint32_t>(*granted - others);
    settings.settle_pressure();
    return {};
}

Result<void> drop_privileges(const Settings& settings) {
    std::optional<process::Account> account;
    if (process::is_root()) {
        auto found = process::find_account(settings.user, "--user");
        if (!found) return std::unexpected(found.error());
        account = *std::move(found);
        account->groups.clear();
    }
    return process::drop_privileges(account);
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
    return text;
}

Result<std::vector<std::unique_ptr<Worker>>> make_workers(Shared& shared, Listeners& listeners) {
    std::vector<std::unique_ptr<Worker>> workers;
    for (auto& own : listeners.own) {
        auto worker = Worker::make(shared, std::move(own), listeners.shared);
        if (!worker) return std::unexpected(worker.error());
        workers.push_back(*std::move(worker));
    }
    return workers;
}

// A sender takes the first word of the refusal as the host's official name (RFC 1846 section 4.1).
void warn_of_short_name(Supervisor& supervisor, const std::string& hostname) {
    if (hostname.starts_with('[') || hostname.find('.') != std::string::npos) return;
    supervisor.log("trouble", {{"severity", "warning"},
                               {"words", "the host name " + hostname +
                                             " has no dot: give the full name with --hostname, "
                                             "such as www.example.org"}});
}

// The order matters: sockets while it is allowed, then files and users, then threads, and system
// calls last, for all threads together.
Result<void> serve(Settings settings) {
    auto listeners = open_listeners(settings);
    if (!listeners) return std::unexpected(listeners.error());
    std::optional<OwnedFd> metrics_listener;
    std::string metrics_address = "off";
    if (settings.metrics) {
        auto fd = open_metrics_listener(*settings.metrics, &metrics_address);
        if (!fd) return std::unexpected(fd.error());
        metrics_listener = *std::move(fd);
    }
    if (auto done = make_room_for_connections(settings, listeners->addresses.size()); !done) {
        return done;
    }
    Shared shared(settings, turnaway::base::KeyedHash::with_random_key());
    auto workers = make_workers(shared, *listeners);
    if (!workers) return std::unexpected(workers.error());
    auto supervisor = Supervisor::make(shared, *workers, std::move(metrics_listener));
    if (!supervisor) return std::unexpected(supervisor.error());
    const process::ServiceNotify notify;
    if (auto done = drop_privileges(settings); !done) return done;
    if (settings.is_sandboxed) {
        if (auto done = close_file_system(); !done) return done;
    }

    // Used twice: when all threads have started, so that no more system calls are needed for that,
    // and when the filter is installed.
    std::barrier ready(static_cast<std::ptrdiff_t>(workers->size() + 1));
    std::vector<std::jthread> threads;
    for (const auto& worker : *workers) {
        threads.emplace_back([&ready, &worker, &supervisor] {
            ready.arrive_and_wait();
            ready.arrive_and_wait();
            worker->run();
            (*supervisor)->worker_stopped();
        });
    }
    ready.arrive_and_wait();
    if (settings.is_sandboxed) {
        if (auto done = restrict_system_calls(); !done) {
            shared.is_stopping = true;
            for (const auto& worker : *workers) worker->wake();
            ready.arrive_and_wait();
            return done;
        }
    }
    (*supervisor)
        ->log("listening", {{"version", TURNAWAY_VERSION},
                            {"addresses", joined(listeners->addresses)},
                            {"hostname", settings.hostname},
                            {"stage", settings.stage ? std::string(name(*settings.stage)) : "auto"},
                            {"max_connections", std::uint64_t{settings.connections_max}},
                            {"metrics", metrics_address},
                            {"sandbox", settings.is_sandboxed ? "on" : "off"}});
    warn_of_short_name(**supervisor, settings.hostname);
    ready.arrive_and_wait();
    notify.send("READY=1");
    (*supervisor)->run(notify);
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    process::keep_standard_streams();
    const auto command_line = parse_command_line(argc, argv);
    if (!command_line) {
        std::fprintf(stderr, "turnaway-refuse: %s\n", command_line.error().message.c_str());
        return exit_code(command_line.error().fault);
    }
    if (!command_line->settings) {
        std::fputs(command_line->print.c_str(), stdout);
        return 0;
    }
    const auto served = serve(*command_line->settings);
    if (served) return 0;
    std::fprintf(stderr, "turnaway-refuse: %s\n", served.error().message.c_str());
    return exit_code(served.error().fault);
}
