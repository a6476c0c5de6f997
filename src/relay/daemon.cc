#include "relay/daemon.h"

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "io/own_addresses.h"
#include "io/tls.h"
#include "judge/recheck.h"
#include "process/rights.h"
#include "relay/config/rules.h"
#include "relay/config/weaknesses.h"
#include "relay/confinement.h"
#include "relay/control/control_handler.h"
#include "relay/control/control_server.h"
#include "relay/control/control_socket.h"
#include "relay/log/delivery_log.h"
#include "relay/log/log.h"
#include "relay/log/metrics.h"
#include "relay/pages.h"
#include "relay/queue/queue_start.h"
#include "relay/receive/listening.h"
#include "relay/relay_state.h"
#include "relay/service_state.h"
#include "relay/shard.h"
#include "spool/sqlite/sqlite_spool.h"

namespace turnaway::relay {
namespace {
using base::Result;
// How long a stop may take before who is still there is cut off. When the spool has failed nothing
// that a delivery comes to can be kept any more: the sooner it ends, the fewer will be made twice.
constexpr std::chrono::seconds stop_wait_max{30};
constexpr std::chrono::seconds failed_stop_wait_max{3};
// How often the service manager is told how many messages wait.
constexpr std::chrono::seconds status_wait{2};

unsigned thread_count(const Config& config) {
    const unsigned wanted =
        config.process.threads != 0 ? config.process.threads : std::thread::hardware_concurrency();
    return std::clamp(wanted, 1U, queue::QueueIdMaker::shards_max);
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
    Result<void> open_house();
    Result<void> open_shards();
    Result<void> open_pages();
    Result<void> open_control();
    Result<void> load_queue();
    void log_listening();
    void log_weaknesses();
    void send_status();
    void await_signals();
    void reload();
    base::Result<std::vector<std::string>> take_config();
    void stop(int exit_code, std::string reason);
    void abandon();

    DaemonOptions options_;
    Config config_;  // as it was read; what is in force is rules_
    Descriptors descriptors_;
    ServiceState service_;
    std::shared_ptr<const Rules> rules_;
    Counters counters_;
    std::unique_ptr<Log> log_;
    std::unique_ptr<spool::SqliteSpool> spool_;
    std::optional<io::TlsClient> tls_client_;
    std::unique_ptr<RelayState> relay_;
    asio::io_context main_loop_;  // signals, metrics, control; first the listening sockets too
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<std::vector<io::Listener>> listeners_;                   // of each shard
    Result<std::unique_ptr<io::OwnAddresses>> own_addresses_ = nullptr;  // null: not asked yet
    OwnEndpoints own_endpoints_;
    std::unique_ptr<Pages> pages_;  // null: nobody asked for them
    std::optional<ControlHandler> control_handler_;
    std::optional<ControlServer> control_;  // none: nobody wishes to ask anything
    asio::signal_set signals_;
    asio::steady_timer stop_timer_;
    asio::steady_timer status_timer_;
    std::vector<std::thread> threads_;
    QueueAtStart queue_;
    int exit_code_ = 0;
    std::string stop_reason_;
    bool is_stopping_ = false;
    std::atomic<bool> has_spool_failed_ = false;
};

Daemon::Daemon(Config config, DaemonOptions options)
    : options_(std::move(options)),
      config_(std::move(config)),
      signals_(main_loop_),
      stop_timer_(main_loop_),
      status_timer_(main_loop_) {}

Result<void> Daemon::open() {
    for (const auto step : {&Daemon::open_sockets, &Daemon::confine, &Daemon::open_house,
                            &Daemon::load_queue, &Daemon::open_pages, &Daemon::open_control}) {
        if (auto done = (this->*step)(); !done) return done;
    }
    return {};
}

// From here on the process can do no more than it needs. No thread may have been started yet.
Result<void> Daemon::confine() {
    auto descriptors = raise_descriptors(config_, thread_count(config_));
    if (!descriptors) return std::unexpected(descriptors.error());
    descriptors_ = *descriptors;
    // OpenSSL reads its own settings at its first use, which is out of reach later.
    auto client = io::TlsClient::opportunistic();
    if (!client) return std::unexpected(client.error());
    tls_client_.emplace(*std::move(client));
    if (auto done = take_rights(config_); !done) return done;
    return options_.is_sandboxed ? confine_files(config_, options_.config_path) : Result<void>();
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
        asio::post(main_loop_, [this, error] { relay_->check_spool(error); });
    };
    return settings;
}

// The certificate is read with the rights a reload will have, so that what it could not read is
// told now.
Result<void> Daemon::open_house() {
    auto rules = make_rules(config_);
    if (!rules) return std::unexpected(rules.error());
    rules_ = *std::move(rules);
    log_ = std::make_unique<Log>(log_style(config_.log.format, config_.hostname().text()),
                                 config_.log.level);
    auto opened = spool::SqliteSpool::open(spool_settings());
    if (!opened) return std::unexpected(opened.error());
    spool_ = *std::move(opened);
    relay_ = std::make_unique<RelayState>(RelayState::Parts{
        .rules = rules_,
        .spool = *spool_,
        .log = *log_,
        .counters = counters_,
        .tls_client = *tls_client_,
        .on_spool_failure = [this] {
            has_spool_failed_ = true;
            asio::post(main_loop_,
                       [this] { stop(base::exit_code(base::Fault::io), "the spool failed"); });
        }});
    relay_->change_own_endpoints(std::make_shared<const OwnEndpoints>(own_endpoints_));
    return {};
}

Result<void> Daemon::open_shards() {
    std::vector<Shard*> known;
    for (unsigned number = 0; number < thread_count(config_); ++number) {
        auto shard = Shard::open(*relay_, number, queue_.greatest_id, descriptors_.dns_questions);
        if (!shard) return std::unexpected(shard.error());
        for (auto& listener : listeners_[number]) {
            auto moved = std::move(listener).moved_to((*shard)->io().get_executor());
            if (!moved) return std::unexpected(moved.error());
            listener = *std::move(moved);
        }
        known.push_back(shard->get());
        shards_.push_back(*std::move(shard));
    }
    relay_->know_shards(std::move(known));
    return {};
}

// The jobs wait in the shards' schedules until these start.
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

// While there may still be the right to take port 25; the shards they will serve are not there yet.
Result<void> Daemon::open_sockets() {
    auto listeners = open_listeners(config_, thread_count(config_), main_loop_.get_executor());
    if (!listeners) return std::unexpected(listeners.error());
    listeners_ = *std::move(listeners);
    own_endpoints_.listening = listening_at(listeners_);
    own_addresses_ = io::OwnAddresses::open(main_loop_);
    if (own_addresses_) own_endpoints_.interfaces = (*own_addresses_)->now();
    return {};
}

void Daemon::learn_own_endpoints(const io::OwnAddresses::Addresses& interfaces) {
    own_endpoints_.interfaces = interfaces;
    relay_->change_own_endpoints(std::make_shared<const OwnEndpoints>(own_endpoints_));
}

Result<void> Daemon::open_pages() {
    const auto& listen = rules_->config.metrics.listen;
    if (!listen) return {};
    std::vector<Shard*> shards;
    shards.reserve(shards_.size());
    for (const auto& shard : shards_) shards.push_back(shard.get());
    auto pages = Pages::open(main_loop_, *listen,
                             {.relay = *relay_,
                              .shards = std::move(shards),
                              .is_ending = [this] { return is_stopping_; },
                              .version = TURNAWAY_VERSION});
    if (!pages) return std::unexpected(pages.error());
    pages_ = *std::move(pages);
    return {};
}

// After Started, so that who waits for the line finds the addresses.
void Daemon::log_listening() {
    for (const auto& [address, port] : own_endpoints_.listening)
        log_socket(*log_, "smtp", {address, port});
    if (pages_) log_socket(*log_, "http", pages_->where());
}

Result<void> Daemon::open_control() {
    const auto& control = rules_->config.control;
    if (control.socket.empty()) return {};
    auto socket = ControlSocket::open(main_loop_.get_executor(), control.socket, control.group);
    if (!socket) return std::unexpected(socket.error());
    control_handler_.emplace(*relay_);
    control_.emplace(
        main_loop_, *std::move(socket), ControlServer::Settings(),
        [this](const ControlRequest& request, const ControlPeer& peer, ControlAnswer& answer) {
            return control_handler_->perform(request, peer, answer);
        });
    control_->start();
    return {};
}

void Daemon::await_signals() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        if (signal == SIGHUP) {
            reload();
        } else {
            stop(0, signal == SIGTERM ? "SIGTERM" : "SIGINT");
        }
        await_signals();
    });
}

// The whole of a new configuration is in force, or nothing of it. Says which keys keep their old
// value until a restart.
base::Result<std::vector<std::string>> Daemon::take_config() {
    auto config = read_config(options_.config_path);
    if (!config) return std::unexpected(config.error());
    auto waiting = restart_keys(rules_->config, *config);
    auto rules = make_rules(keep_restart_values(rules_->config, *std::move(config)));
    if (!rules) return std::unexpected(rules.error());
    rules_ = *std::move(rules);
    relay_->change_rules(rules_);
    spool_->change_free_bytes_min(rules_->config.spool.free_bytes_min);
    log_->set_level(rules_->config.log.level);
    return waiting;
}

void Daemon::reload() {
    if (is_stopping_) return;
    service_.reloading();
    const auto waiting = take_config();
    if (!waiting) {
        // One line for each fault of the file.
        std::string_view rest = waiting.error().message;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find('\n'), rest.size());
            log_->write(Reloaded{.is_taken = false, .words = rest.substr(0, end)});
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    } else {
        log_->write(Reloaded{});
        for (const auto& each : rules_->config.warnings) log_->write(Trouble{.words = each});
        for (const auto& key : *waiting) {
            log_->write(Trouble{.words = key + " keeps its old value until the next restart"});
        }
    }
    service_.reloaded();
}

void Daemon::stop(int exit_code, std::string reason) {
    const bool was_stopping = std::exchange(is_stopping_, true);
    if (was_stopping && exit_code == 0) {
        stop_reason_ += ", then " + reason + " again";
        return abandon();
    }
    exit_code_ = std::max(exit_code_, exit_code);
    stop_reason_ = std::move(reason);
    if (!was_stopping) {
        service_.stopping(stop_reason_);
        if (control_) control_->stop();
        for (auto& shard : shards_) shard->stop();
    }
    stop_timer_.expires_after(exit_code_ == 0 ? stop_wait_max : failed_stop_wait_max);
    stop_timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) abandon();
    });
}

// Who is still there is cut off. No message is lost: what was acknowledged is in the spool.
void Daemon::abandon() {
    for (auto& shard : shards_) shard->abandon();
}

// What is weaker than it could be.
void Daemon::log_weaknesses() {
    const auto warn = [this](const std::string& words) { log_->write(Trouble{.words = words}); };
    if (!options_.is_sandboxed) warn("--no-sandbox: neither landlock nor seccomp protects");
    if (process::is_root()) warn("runs as root, though without capabilities: set [user] name");
    if (descriptors_.allowed < descriptors_.wanted) {
        warn("only " + std::to_string(descriptors_.allowed) +
             " files may be open, and all connections of the configuration need " +
             std::to_string(descriptors_.wanted));
    }
    if (!own_addresses_) warn(own_addresses_.error().message + "; set [relay] own_addresses");
    for (const auto& each : rules_->config.warnings) warn(each);
    for (const auto& each : weaknesses_of(rules_->config)) warn(each.text());
}

// Now and then, how many messages wait.
void Daemon::send_status() {
    status_timer_.expires_after(status_wait);
    status_timer_.async_wait([this](const boost::system::error_code& error) {
        if (error || is_stopping_) return;
        service_.queued(relay_->queue_totals().sum().messages);
        send_status();
    });
}

Result<int> Daemon::run() {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
    await_signals();
    if (options_.is_sandboxed) {
        if (auto done = confine_calls(); !done) return std::unexpected(done.error());
    }
    log_->write(Started{
        .version = TURNAWAY_VERSION, .config = options_.config_path, .queued = queue_.messages});
    log_listening();
    log_weaknesses();
    if (own_addresses_) {
        (*own_addresses_)->follow([this](const auto& all) { learn_own_endpoints(all); });
    }
    for (std::size_t i = 0; i < shards_.size(); ++i) shards_[i]->start(std::move(listeners_[i]));
    judge::recheck_refusing_hosts(shards_.front()->io(), relay_->refusing_hosts(),
                                  [this] { return judging(relay_->rules()); });
    for (auto& shard : shards_) threads_.emplace_back([&shard] { shard->run(); });
    // The last shard to end lets this thread go.
    std::thread joiner([this] {
        for (auto& thread : threads_) thread.join();
        asio::post(main_loop_, [this] { main_loop_.stop(); });
    });
    service_.ready(queue_.messages);
    send_status();
    main_loop_.run();
    joiner.join();
    // What was handed over is written; answers go to event loops that are still there, and end
    // there.
    spool_.reset();
    if (has_spool_failed_) exit_code_ = base::exit_code(base::Fault::io);
    log_->write(Stopped{.exit_code = exit_code_, .reason = stop_reason_});
    return exit_code_;
}

}  // namespace

Result<int> run_daemon(Config config, const DaemonOptions& options) {
    Daemon daemon(std::move(config), options);
    if (auto done = daemon.open(); !done) return std::unexpected(done.error());
    return daemon.run();
}

}  // namespace turnaway::relay
