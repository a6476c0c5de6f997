#include "relay/daemon.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/control_server.h"
#include "daemon/listening.h"
#include "daemon/pages.h"
#include "daemon/process_loop.h"
#include "io/own_addresses.h"
#include "io/tls.h"
#include "judge/recheck.h"
#include "process/rights.h"
#include "relay/config/rules.h"
#include "relay/config/weaknesses.h"
#include "relay/confinement.h"
#include "relay/control/control_handler.h"
#include "relay/log/delivery_log.h"
#include "relay/log/log.h"
#include "relay/log/metrics.h"
#include "relay/pages.h"
#include "relay/queue/queue_start.h"
#include "relay/queue/shared_queue.h"
#include "relay/queue/spool_choice.h"
#include "relay/relay_state.h"
#include "relay/shard.h"

namespace turnaway::relay {
namespace {
using base::Result;

unsigned thread_count(const Config& config) {
    const unsigned wanted =
        config.process.threads != 0 ? config.process.threads : std::thread::hardware_concurrency();
    return std::clamp(wanted, 1U, queue::QueueIdMaker::shards_max);
}

// Another relay has taken over the queue: nothing is wrong with this one, which can start again
// (sysexits.h, EX_TEMPFAIL).
constexpr int fenced_exit_code = 75;

int exit_code_of(const base::Error& error) {
    return error.fault == base::Fault::unavailable ? fenced_exit_code
                                                   : base::exit_code(error.fault);
}

// The status sentence for the service manager.
std::string queue_status(std::uint64_t messages) {
    if (messages == 0) return "Accepting mail; the queue is empty";
    return "Accepting mail; " + std::to_string(messages) +
           (messages == 1 ? " message waits" : " messages wait");
}

class Daemon {
  public:
    Daemon(Config config, DaemonOptions options);
    Result<void> open();
    Result<int> run();

  private:
    Result<void> open_sockets();
    void learn_own_endpoints(const io::OwnAddresses::Addresses& interfaces);
    Result<void> confine();
    spool::SpoolSettings spool_settings();  // calls back on the spool's thread
    Result<void> open_state();
    Result<void> open_shards();
    Result<void> open_pages();
    Result<void> open_control();
    Result<void> load_queue();
    void log_listening();
    void log_weaknesses();
    Result<daemon::ProcessLoop::TakeConfig> read_new_config();

    DaemonOptions options_;
    Config config_;  // as at the start; RelayState::rules() has what is in effect now
    const std::vector<Weakness> file_weaknesses_;  // read before the sandbox
    Descriptors descriptors_;
    Counters counters_;
    std::unique_ptr<Log> log_;
    std::optional<SpoolFolder> spool_folder_;  // from confine() on
    std::unique_ptr<spool::Spool> spool_;
    std::optional<io::TlsClient> tls_client_;
    std::unique_ptr<RelayState> relay_;
    daemon::ProcessLoop loop_;  // also holds the listening sockets until the shards exist
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<std::vector<io::Listener>> listeners_;                   // one element per shard
    Result<std::unique_ptr<io::OwnAddresses>> own_addresses_ = nullptr;  // null: not yet read
    OwnEndpoints own_endpoints_;
    std::optional<Pages> pages_;  // none: no pages are configured
    std::unique_ptr<io::HttpEndpoint> pages_endpoint_;
    std::optional<ControlHandler> control_handler_;  // of the administrator and of other relays
    std::optional<daemon::ControlServer> control_;   // none: no control socket is configured
    QueueAtStart queue_;
    std::atomic<int> spool_exit_code_ = 0;  // once the spool has failed
};

Daemon::Daemon(Config config, DaemonOptions options)
    : options_(std::move(options)),
      config_(std::move(config)),
      file_weaknesses_(weaknesses_of_file(config_, options_.config_path)) {}

Result<void> Daemon::open() {
    for (const auto step : {&Daemon::open_sockets, &Daemon::confine, &Daemon::open_state,
                            &Daemon::load_queue, &Daemon::open_pages, &Daemon::open_control}) {
        if (auto done = (this->*step)(); !done) return done;
    }
    return {};
}

// From here on the process has only the rights it needs. No thread may have been started yet.
Result<void> Daemon::confine() {
    auto descriptors = raise_descriptors(config_, thread_count(config_));
    if (!descriptors) return std::unexpected(descriptors.error());
    descriptors_ = *descriptors;
    // OpenSSL reads its own settings at its first use; later they are out of reach.
    auto client = io::TlsClient::opportunistic();
    if (!client) return std::unexpected(client.error());
    tls_client_.emplace(*std::move(client));
    if (auto done = take_rights(config_); !done) return done;
    auto folder = spool_folder(config_.spool);
    if (!folder) return std::unexpected(std::move(folder.error()));
    spool_folder_.emplace(*std::move(folder));
    return options_.is_sandboxed ? confine_files(config_, options_.config_path, spool_folder_->path)
                                 : Result<void>();
}

spool::SpoolSettings Daemon::spool_settings() {
    spool::SpoolSettings settings{.path = config_.spool.path,
                                  .free_bytes_min = config_.spool.free_bytes_min};
    settings.on_commit = [this](std::size_t changes) {
        counters_.add(Counter::commit_batches);
        counters_.add(Counter::commits, changes);
    };
    settings.on_warning = [this](const std::string& words) {
        log_->write(Trouble{.words = words});
    };
    settings.on_failure = [this](const base::Error& error) {
        asio::post(loop_.io(), [this, error] { relay_->check_spool(error); });
    };
    return settings;
}

// The certificate is read with the rights that a reload will have, so that a missing right is
// reported now.
Result<void> Daemon::open_state() {
    auto rules = make_rules(config_);
    if (!rules) return std::unexpected(rules.error());
    log_ = std::make_unique<Log>(
        daemon::log_style("turnaway-relay", config_.log.format, config_.hostname().text()),
        config_.log.level);
    auto opened =
        open_chosen_spool(config_.spool, spool_folder_->path, TURNAWAY_VERSION, spool_settings());
    if (!opened) return std::unexpected(opened.error());
    spool_ = *std::move(opened);
    relay_ = std::make_unique<RelayState>(RelayState::Parts{
        .rules = *std::move(rules),
        .spool = *spool_,
        .log = *log_,
        .counters = counters_,
        .tls_client = *tls_client_,
        .on_spool_failure = [this](const base::Error& error) {
            spool_exit_code_ = exit_code_of(error);
            asio::post(loop_.io(), [this] { loop_.stop(spool_exit_code_, "the spool failed"); });
        }});
    relay_->change_own_endpoints(std::make_shared<const OwnEndpoints>(own_endpoints_));
    return {};
}

Result<void> Daemon::open_shards() {
    std::vector<Shard*> known;
    for (unsigned number = 0; number < thread_count(config_); ++number) {
        auto shard = Shard::open(*relay_, number, queue_.greatest_id, descriptors_.dns_questions);
        if (!shard) return std::unexpected(shard.error());
        auto listeners = (*shard)->thread().adopt(std::move(listeners_[number]));
        if (!listeners) return std::unexpected(listeners.error());
        listeners_[number] = *std::move(listeners);
        known.push_back(shard->get());
        shards_.push_back(*std::move(shard));
    }
    relay_->know_shards(std::move(known));
    return {};
}

// The jobs wait in the shards' schedules until the shards start.
Result<void> Daemon::load_queue() {
    auto hosts = spool_->refusing_hosts();
    if (!hosts) return std::unexpected(hosts.error());
    relay_->load_refusing_hosts(*hosts);
    auto queue = read_queue(*relay_, config_.lifetime.retry_max);
    if (!queue) return std::unexpected(queue.error());
    queue_ = *std::move(queue);
    if (auto done = open_shards(); !done) return done;
    for (const auto& job : std::exchange(queue_.jobs, {}))
        relay_->load_job(job.id, job.destination, job.due);
    return {};
}

// While the process may still bind port 25; the shards do not exist yet.
Result<void> Daemon::open_sockets() {
    std::vector<io::Endpoint> endpoints;
    endpoints.reserve(config_.listen.smtp.size());
    for (const auto& at : config_.listen.smtp) endpoints.push_back({at.address, at.port});
    auto listeners =
        daemon::open_listeners(endpoints, thread_count(config_), loop_.io().get_executor());
    if (!listeners) return std::unexpected(listeners.error());
    listeners_ = *std::move(listeners);
    own_endpoints_.listening = daemon::listening_at(listeners_);
    own_addresses_ = io::OwnAddresses::open(loop_.io());
    if (own_addresses_) own_endpoints_.interfaces = (*own_addresses_)->now();
    return {};
}

void Daemon::learn_own_endpoints(const io::OwnAddresses::Addresses& interfaces) {
    own_endpoints_.interfaces = interfaces;
    relay_->change_own_endpoints(std::make_shared<const OwnEndpoints>(own_endpoints_));
}

Result<void> Daemon::open_pages() {
    const auto& listen = config_.metrics.listen;
    if (!listen) return {};
    std::vector<Shard*> shards;
    shards.reserve(shards_.size());
    for (const auto& shard : shards_) shards.push_back(shard.get());
    pages_.emplace(Pages::Sources{.relay = *relay_,
                                  .shards = std::move(shards),
                                  .is_ending = [this] { return loop_.is_stopping(); },
                                  .version = TURNAWAY_VERSION});
    auto opened = daemon::open_pages(loop_.io(), {.address = listen->address, .port = listen->port},
                                     {.metrics = [this] { return pages_->metrics(); },
                                      .health = [this] { return pages_->health(); }});
    if (!opened) return std::unexpected(opened.error());
    pages_endpoint_ = *std::move(opened);
    return {};
}

// After Started, so that a program that waits for that line finds the addresses.
void Daemon::log_listening() {
    for (const auto& [address, port] : own_endpoints_.listening)
        daemon::log_listening(*log_, "smtp", {address, port});
    if (pages_endpoint_) daemon::log_listening(*log_, "http", pages_endpoint_->local());
}

Result<void> Daemon::open_control() {
    control_handler_.emplace(*relay_, loop_.disk());
    const auto& control = config_.control;
    if (control.socket.empty()) return {};
    auto socket =
        daemon::open_control_socket(loop_.io().get_executor(), control.socket, control.group);
    if (!socket) return std::unexpected(socket.error());
    control_.emplace(
        loop_.io(), *std::move(socket), daemon::ControlServer::Settings(),
        daemon::ControlServer::Service{
            .perform =
                [this](std::string_view line, const ControlPeer& peer, ControlAnswer& answer) {
                    return control_handler_->perform_line(line, peer, answer);
                },
            .fault_line = fault_line});
    control_->start();
    return {};
}

// On the disk thread.
Result<daemon::ProcessLoop::TakeConfig> Daemon::read_new_config() {
    auto config = read_config(options_.config_path);
    if (!config) return std::unexpected(config.error());
    const auto before = relay_->rules();
    auto waiting = restart_keys(before->config, *config);
    auto rules = make_rules(keep_restart_values(before->config, *std::move(config)));
    if (!rules) return std::unexpected(rules.error());
    return [this, rules = *std::move(rules), waiting = std::move(waiting)] {
        relay_->change_rules(rules);
        spool_->change_free_bytes_min(rules->config.spool.free_bytes_min);
        log_->set_level(rules->config.log.level);
        return daemon::ProcessLoop::Taken{.warnings = rules->config.warnings,
                                          .waiting_keys = waiting};
    };
}

// Logs what is less safe than it could be.
void Daemon::log_weaknesses() {
    const auto warn = [this](const std::string& words) { log_->write(Trouble{.words = words}); };
    if (!options_.is_sandboxed) warn("--no-sandbox: landlock and seccomp are off");
    if (process::is_root()) warn("running as root, although without capabilities: set [user] name");
    if (descriptors_.allowed < descriptors_.wanted) {
        warn("only " + std::to_string(descriptors_.allowed) +
             " files may be open, and all connections of the configuration need " +
             std::to_string(descriptors_.wanted));
    }
    if (!own_addresses_) warn(own_addresses_.error().message + "; set [relay] own_addresses");
    for (const auto& each : config_.warnings) warn(each);
    for (const auto& each : file_weaknesses_) warn(each.text());
    for (const auto& each : weaknesses_of(config_)) warn(each.text());
}

Result<int> Daemon::run() {
    loop_.take_signals();
    if (options_.is_sandboxed) {
        if (auto done = confine_calls(config_); !done) return std::unexpected(done.error());
    }
    log_->write(Started{
        .version = TURNAWAY_VERSION, .config = options_.config_path, .queued = queue_.messages});
    log_listening();
    log_weaknesses();
    if (own_addresses_) {
        (*own_addresses_)->follow([this](const auto& all) { learn_own_endpoints(all); });
    }
    std::vector<daemon::EventThread*> threads;
    for (std::size_t i = 0; i < shards_.size(); ++i) {
        shards_[i]->start(std::move(listeners_[i]));
        threads.push_back(&shards_[i]->thread());
    }
    spool_->follow_gains([this](const spool::Page& page) { relay_->take_over(page); });
    spool_->follow_hosts([this](const spool::HostNews& news) { relay_->hear(news); });
    spool_->follow_nodes([this] { relay_->share_limits(); });
    serve_shared_queue(loop_.io(), *relay_, *control_handler_);
    judge::recheck_refusing_hosts(shards_.front()->io(), relay_->refusing_hosts(),
                                  [this] { return judging(relay_->rules()); });
    auto ending =
        loop_.run(std::move(threads), *log_,
                  {.read_config = [this] { return read_new_config(); },
                   .status = [this] { return queue_status(relay_->queue_totals().sum().messages); },
                   .on_stop =
                       [this] {
                           if (control_) control_->stop();
                       }});
    // Changes handed to the spool are written; their callbacks are posted to event loops that still
    // exist, and are dropped there.
    spool_.reset();
    if (spool_exit_code_ != 0) ending.exit_code = spool_exit_code_;
    log_->write(Stopped{.exit_code = ending.exit_code, .reason = ending.reason});
    return ending.exit_code;
}

}  // namespace

Result<int> run_daemon(Config config, const DaemonOptions& options) {
    Daemon relay(std::move(config), options);
    if (auto done = relay.open(); !done) return std::unexpected(done.error());
    return relay.run();
}

}  // namespace turnaway::relay
