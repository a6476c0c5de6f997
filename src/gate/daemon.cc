#include "gate/daemon.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/confinement.h"
#include "daemon/control_server.h"
#include "daemon/listening.h"
#include "daemon/pages.h"
#include "daemon/process_loop.h"
#include "gate/control.h"
#include "gate/gate_listeners.h"
#include "gate/gate_state.h"
#include "gate/gate_thread.h"
#include "gate/relay_memory.h"
#include "io/dns/unbound_resolver.h"
#include "judge/recheck.h"
#include "process/rights.h"

namespace turnaway::gate {
namespace {

using base::Result;

constexpr unsigned threads_max = 64;
// Listening sockets, the log, and each thread's descriptors except sockets for DNS.
constexpr std::uint64_t descriptors_beside_connections = 256;
constexpr std::uint64_t descriptors_per_thread = 128;
constexpr std::uint64_t connections_min = 32;

unsigned thread_count(const Config& config) {
    const unsigned wanted =
        config.process.threads != 0 ? config.process.threads : std::thread::hardware_concurrency();
    return std::clamp(wanted, 1U, threads_max);
}

struct Descriptors {
    std::uint64_t wanted = 0;
    std::uint64_t allowed = 0;
};

Result<Descriptors> raise_descriptors(const Config& config) {
    const std::uint64_t dns =
        io::UnboundResolver::sockets_for(io::UnboundResolver::Settings().questions_max);
    const std::uint64_t beside = descriptors_beside_connections +
                                 thread_count(config) * (descriptors_per_thread + dns) +
                                 config.evidence.probe_concurrency_max;
    const std::uint64_t wanted = beside + config.listen.connections_max;
    const auto allowed =
        process::limit_descriptors(wanted, beside + connections_min, "lower threads");
    if (!allowed) return std::unexpected(allowed.error());
    return Descriptors{.wanted = wanted, .allowed = *allowed};
}

std::string folder_of(const std::string& path) {
    return std::filesystem::path(path).parent_path().string();
}

class Daemon {
  public:
    Daemon(Config config, DaemonOptions options)
        : options_(std::move(options)),
          config_(std::move(config)),
          start_(std::chrono::system_clock::now()) {}

    Result<void> open() {
        for (const auto step : {&Daemon::open_sockets, &Daemon::confine, &Daemon::open_state,
                                &Daemon::open_pages, &Daemon::open_control}) {
            if (auto done = (this->*step)(); !done) return done;
        }
        return {};
    }
    Result<int> run();

  private:
    Result<void> open_sockets();
    Result<void> confine();
    Result<void> open_state();
    Result<void> open_pages();
    Result<void> open_control();
    Result<daemon::ProcessLoop::TakeConfig> read_new_config();
    void log_weaknesses();
    std::string metrics();

    const DaemonOptions options_;
    const Config config_;  // as at the start; GateState::rules() has what is in effect now
    const std::chrono::system_clock::time_point start_;
    Descriptors descriptors_;
    std::optional<daemon::Log> log_;
    std::optional<GateState> state_;
    daemon::ProcessLoop loop_;  // also holds the listening sockets until the threads exist
    GateListeners listeners_;
    std::vector<std::unique_ptr<GateThread>> threads_;
    std::unique_ptr<io::HttpEndpoint> pages_;
    std::optional<Control> control_;
    std::optional<daemon::ControlServer> control_server_;  // none: no control socket is configured
};

// While the process may still bind every port.
Result<void> Daemon::open_sockets() {
    return listeners_.open_tcp(config_.listen, thread_count(config_), loop_.io().get_executor());
}

// From here on the process has only the rights it needs. No thread may have been started yet.
Result<void> Daemon::confine() {
    auto descriptors = raise_descriptors(config_);
    if (!descriptors) return std::unexpected(descriptors.error());
    descriptors_ = *descriptors;
    const auto user = daemon::user_to_become(config_.user.name);
    if (!user) return std::unexpected(user.error());
    const auto paths = listeners_.unix_paths(config_.listen);
    daemon::make_control_folder(config_.control.socket, *user);
    for (const auto& path : paths) daemon::make_control_folder(path, *user);
    if (auto done = daemon::give_up_rights(*user); !done) return done;
    if (options_.is_sandboxed) {
        daemon::FilesKept kept{
            .readable_files = {options_.config_path, config_.dns.trust_anchor},
            .control_socket = config_.control.socket,
            .has_groups = !config_.control.group.empty() || !config_.listen.socket_group.empty()};
        for (const auto& path : paths) kept.changeable_folders.push_back(folder_of(path));
        if (config_.metrics.listen) kept.bindable_ports = {config_.metrics.listen->port};
        if (auto done = daemon::confine_files(kept); !done) return done;
    }
    return listeners_.open_unix(config_.listen, loop_.io().get_executor());
}

Result<void> Daemon::open_state() {
    log_.emplace(
        daemon::log_style("turnaway-gate", config_.log.format, config_.process.hostname.text()),
        config_.log.level);
    state_.emplace(make_rules(config_), *log_);
    for (unsigned number = 0; number < thread_count(config_); ++number) {
        auto thread = GateThread::open(*state_);
        if (!thread) return std::unexpected(thread.error());
        (*thread)->start();
        for (auto& [protocol, opened] : listeners_.take(number)) {
            auto listeners = (*thread)->events().adopt(std::move(opened));
            if (!listeners) return std::unexpected(listeners.error());
            (*thread)->listen(protocol, *std::move(listeners));
        }
        threads_.push_back(*std::move(thread));
    }
    return {};
}

Result<void> Daemon::open_pages() {
    const auto& listen = config_.metrics.listen;
    if (!listen) return {};
    auto opened = daemon::open_pages(loop_.io(), {.address = listen->address, .port = listen->port},
                                     {.metrics = [this] { return metrics(); },
                                      .health = [this]() -> daemon::Health {
                                          if (loop_.is_stopping())
                                              return {.is_serving = false, .words = "ending"};
                                          return {.is_serving = true, .words = "answering"};
                                      }});
    if (!opened) return std::unexpected(opened.error());
    pages_ = *std::move(opened);
    return {};
}

Result<void> Daemon::open_control() {
    const auto& [path, group] = config_.control;
    if (path.empty()) return {};
    auto socket = daemon::open_control_socket(loop_.io().get_executor(), path, group);
    if (!socket) return std::unexpected(socket.error());
    control_.emplace(*state_);
    control_server_.emplace(loop_.io(), *std::move(socket), daemon::ControlServer::Settings(),
                            daemon::ControlServer::Service{
                                .perform =
                                    [this](std::string_view line, const daemon::ControlPeer& peer,
                                           daemon::ControlAnswer& answer) {
                                        return control_->perform(line, peer, answer);
                                    },
                                .fault_line = Control::fault_line});
    control_server_->start();
    return {};
}

std::string Daemon::metrics() {
    auto& service = state_->counters().service;
    service.add(Counter::log_lines_dropped,
                log_->dropped() - service.total(Counter::log_lines_dropped));
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(start_.time_since_epoch());
    return metrics_page(state_->counters(),
                        {.sessions = state_->clients().total(),
                         .refusing_hosts = state_->hosts().count(),
                         .is_observing = state_->rules()->config.gate.mode == Mode::observe,
                         .start_seconds = static_cast<std::uint64_t>(since.count()),
                         .version = TURNAWAY_VERSION});
}

// On the disk thread.
Result<daemon::ProcessLoop::TakeConfig> Daemon::read_new_config() {
    auto config = read_config(options_.config_path);
    if (!config) return std::unexpected(config.error());
    const auto before = state_->rules();
    auto waiting = schema().restart_keys(before->config, *config);
    auto warnings = config->warnings;
    const auto next = make_rules(schema().keep_restart_values(before->config, *std::move(config)));
    return [this, next, waiting = std::move(waiting), warnings = std::move(warnings)] {
        state_->change_rules(next);
        for (const auto& thread : threads_) thread->rules_changed();
        return daemon::ProcessLoop::Taken{.warnings = warnings, .waiting_keys = waiting};
    };
}

// Logs what is less safe than it could be.
void Daemon::log_weaknesses() {
    const auto warn = [this](const std::string& words) {
        log_->write(daemon::Trouble{.words = words});
    };
    if (!options_.is_sandboxed) warn("--no-sandbox: neither landlock nor seccomp protects");
    if (process::is_root()) warn("runs as root, though without capabilities: set [user] name");
    if (descriptors_.allowed < descriptors_.wanted) {
        warn("only " + std::to_string(descriptors_.allowed) +
             " files may be open, and all connections of the configuration need " +
             std::to_string(descriptors_.wanted));
    }
    for (const auto& each : config_.warnings) warn(each);
}

Result<int> Daemon::run() {
    loop_.take_signals();
    if (options_.is_sandboxed) {
        const bool asks_relay = !config_.memory.relay_socket.empty();
        if (auto done = daemon::confine_calls({}, asks_relay); !done)
            return std::unexpected(done.error());
    }
    log_->write(daemon::Started{.version = TURNAWAY_VERSION, .config = options_.config_path});
    listeners_.log(*log_);
    if (pages_) daemon::log_listening(*log_, "http", pages_->local());
    log_weaknesses();
    std::vector<daemon::EventThread*> threads;
    threads.reserve(threads_.size());
    for (const auto& thread : threads_) threads.push_back(&thread->events());
    judge::recheck_refusing_hosts(threads.front()->io(), state_->hosts(),
                                  [this] { return state_->rules()->judging; });
    if (!config_.memory.relay_socket.empty()) {
        learn_from_relay(loop_.io(), *state_, config_.memory.relay_socket);
    }
    const auto ending = loop_.run(std::move(threads), *log_,
                                  {.read_config = [this] { return read_new_config(); },
                                   .status =
                                       [this] {
                                           const auto sessions = state_->clients().total();
                                           return "Answering; " + std::to_string(sessions) +
                                                  (sessions == 1 ? " connection" : " connections");
                                       },
                                   .on_stop =
                                       [this] {
                                           listeners_.close();
                                           if (control_server_) control_server_->stop();
                                       }});
    log_->write(daemon::Stopped{.exit_code = ending.exit_code, .reason = ending.reason});
    return ending.exit_code;
}

}  // namespace

Result<int> run_daemon(Config config, const DaemonOptions& options) {
    Daemon gate(std::move(config), options);
    if (auto done = gate.open(); !done) return std::unexpected(done.error());
    return gate.run();
}

}  // namespace turnaway::gate
