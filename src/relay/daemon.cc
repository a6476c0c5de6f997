#include "relay/daemon.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "io/listener.h"
#include "io/tls.h"
#include "relay/control_desk.h"
#include "relay/control_server.h"
#include "relay/control_socket.h"
#include "relay/house.h"
#include "relay/jobs.h"
#include "relay/log.h"
#include "relay/metrics.h"
#include "relay/pages.h"
#include "relay/rules.h"
#include "relay/shard.h"
#include "spool/sqlite_spool.h"

namespace turnaway::relay {
namespace {

using base::Result;

// How long a graceful stop may take before who is still there is cut off.
constexpr std::chrono::seconds stop_wait_most{30};

unsigned thread_count(const Config& config) {
    const unsigned wanted =
        config.process.threads != 0 ? config.process.threads : std::thread::hardware_concurrency();
    return std::clamp(wanted, 1U, queue::QueueIdMaker::shards_max);
}

class Daemon {
  public:
    Daemon(Config config, DaemonOptions options);
    Result<void> open();
    int run();

  private:
    Result<void> open_tls();
    Result<void> open_shards();
    Result<void> open_listeners();
    Result<void> open_pages();
    Result<void> open_control();
    Result<void> load_queue();
    void tell_listening();
    void await_signals();
    void reload();
    void stop(int exit_code, std::string reason);

    DaemonOptions options_;
    std::shared_ptr<const Rules> rules_;
    Counters counters_;
    std::unique_ptr<Log> log_;
    std::unique_ptr<spool::SqliteSpool> spool_;
    std::optional<io::TlsServer> tls_server_;
    std::optional<io::TlsClient> tls_client_;
    std::unique_ptr<House> house_;
    std::vector<std::unique_ptr<Shard>> shards_;
    std::vector<std::vector<io::Listener>> listeners_;  // of each shard
    asio::io_context desk_;                             // signals, metrics, control
    std::unique_ptr<Pages> pages_;                      // null: nobody asked for them
    std::optional<ControlDesk> control_desk_;
    std::optional<ControlServer> control_;  // none: nobody wishes to ask anything
    asio::signal_set signals_;
    asio::steady_timer stop_timer_;
    std::vector<std::thread> threads_;
    queue::QueueId greatest_id_;
    std::uint64_t queued_at_start_ = 0;
    int exit_code_ = 0;
    std::string stop_reason_;
    bool is_stopping_ = false;
};

Daemon::Daemon(Config config, DaemonOptions options)
    : options_(std::move(options)),
      rules_(make_rules(std::move(config))),
      signals_(desk_),
      stop_timer_(desk_) {}

Result<void> Daemon::open() {
    const auto& config = rules_->config;
    log_ = std::make_unique<Log>(log_style(config.log.format, config.hostname().text()),
                                 config.log.level);
    auto opened = spool::SqliteSpool::open({.path = config.spool.path,
                                            .free_bytes_least = config.spool.free_bytes_least,
                                            .on_commit = [this](std::size_t changes) {
                                                counters_.add(Counter::commit_batches);
                                                counters_.add(Counter::commits, changes);
                                            }});
    if (!opened) return std::unexpected(opened.error());
    spool_ = *std::move(opened);
    if (auto done = open_tls(); !done) return done;
    house_ = std::make_unique<House>(House::Parts{
        .rules = rules_,
        .spool = *spool_,
        .log = *log_,
        .counters = counters_,
        .tls_server = tls_server_ ? &*tls_server_ : nullptr,
        .tls_client = *tls_client_,
        .on_spool_failure = [this] {
            asio::post(desk_,
                       [this] { stop(base::exit_code(base::Fault::io), "the spool failed"); });
        }});
    for (const auto step : {&Daemon::load_queue, &Daemon::open_listeners, &Daemon::open_pages,
                            &Daemon::open_control}) {
        if (auto done = (this->*step)(); !done) return done;
    }
    return {};
}

Result<void> Daemon::open_tls() {
    const auto& tls = rules_->config.tls;
    auto client = io::TlsClient::opportunistic();
    if (!client) return std::unexpected(client.error());
    tls_client_.emplace(*std::move(client));
    if (tls.cert.empty()) return {};
    auto server = io::TlsServer::load(tls.cert, tls.key);
    if (!server) return std::unexpected(server.error());
    tls_server_.emplace(*std::move(server));
    return {};
}

Result<void> Daemon::open_shards() {
    std::vector<Shard*> known;
    for (unsigned number = 0; number < thread_count(rules_->config); ++number) {
        auto shard = Shard::open(*house_, number, greatest_id_);
        if (!shard) return std::unexpected(shard.error());
        known.push_back(shard->get());
        shards_.push_back(*std::move(shard));
    }
    house_->know_shards(std::move(known));
    return {};
}

// The jobs wait in the shards' schedules until these start.
Result<void> Daemon::load_queue() {
    auto hosts = spool_->refusing_hosts();
    if (!hosts) return std::unexpected(hosts.error());
    house_->load_refusals(*hosts);
    std::vector<PendingJob> jobs;
    auto scanned = spool_->scan([&](const queue::Message& message) {
        greatest_id_ = std::max(greatest_id_, message.id);
        ++queued_at_start_;
        house_->census().add(message);
        append_jobs(message, &jobs);
        return true;
    });
    if (!scanned) return scanned;
    if (auto done = open_shards(); !done) return done;
    for (const auto& job : jobs) house_->load_job(job.id, job.destination, job.due);
    return {};
}

Result<void> Daemon::open_listeners() {
    auto inherited = io::InheritedSockets::take();
    if (!inherited) return std::unexpected(inherited.error());
    listeners_.resize(shards_.size());
    if (!inherited->is_empty()) {
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            auto listeners = inherited->listeners(shards_[i]->io().get_executor());
            if (!listeners) return std::unexpected(listeners.error());
            listeners_[i] = *std::move(listeners);
        }
        return {};
    }
    for (const auto& endpoint : rules_->config.listen.smtp) {
        io::Endpoint wanted{.address = endpoint.address, .port = endpoint.port};
        if (auto done = io::may_listen(wanted); !done) return done;
        for (std::size_t i = 0; i < shards_.size(); ++i) {
            auto listener = io::Listener::open(shards_[i]->io().get_executor(), wanted);
            if (!listener) return std::unexpected(listener.error());
            wanted.port = listener->local().port;  // the same for all when the system chose it
            listeners_[i].push_back(*std::move(listener));
        }
    }
    return {};
}

Result<void> Daemon::open_pages() {
    const auto& listen = rules_->config.metrics.listen;
    if (!listen) return {};
    std::vector<Shard*> shards;
    for (const auto& shard : shards_) shards.push_back(shard.get());
    auto pages = Pages::open(desk_, *listen,
                             {.house = *house_,
                              .shards = std::move(shards),
                              .is_ending = [this] { return is_stopping_; },
                              .version = TURNAWAY_VERSION});
    if (!pages) return std::unexpected(pages.error());
    pages_ = *std::move(pages);
    return {};
}

// After Started, so that who waits for the line finds the addresses.
void Daemon::tell_listening() {
    std::set<std::string> told;
    for (const auto& of_shard : listeners_) {
        for (const auto& listener : of_shard) told.insert(listener.local().text());
    }
    for (const auto& address : told) log_->write(Listening{.address = address});
    if (pages_) log_->write(Listening{.address = "http://" + pages_->where()});
}

Result<void> Daemon::open_control() {
    const auto& control = rules_->config.control;
    if (control.socket.empty()) return {};
    auto socket = ControlSocket::open(desk_.get_executor(), control.socket, control.group);
    if (!socket) return std::unexpected(socket.error());
    control_desk_.emplace(*house_);
    control_.emplace(
        desk_, *std::move(socket), ControlServer::Settings(),
        [this](const ControlRequest& request, const ControlPeer& peer, ControlAnswer& answer) {
            return control_desk_->perform(request, peer, answer);
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

void Daemon::reload() {
    auto config = read_config(options_.config_path);
    if (!config) {
        log_->write(Reloaded{.is_taken = false, .words = config.error().message});
        return;
    }
    for (const auto& key : restart_keys(rules_->config, *config)) {
        log_->write(Reloaded{.is_taken = true, .words = key + " changes only at a restart"});
    }
    rules_ = make_rules(*std::move(config));
    house_->change_rules(rules_);
    log_->set_level(rules_->config.log.level);
    log_->write(Reloaded{});
}

void Daemon::stop(int exit_code, std::string reason) {
    exit_code_ = std::max(exit_code_, exit_code);
    if (is_stopping_) return;
    is_stopping_ = true;
    stop_reason_ = std::move(reason);
    if (control_) control_->stop();
    for (auto& shard : shards_) shard->stop();
    stop_timer_.expires_after(stop_wait_most);
    stop_timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        for (auto& shard : shards_) shard->abandon();
    });
}

int Daemon::run() {
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) signals_.add(signal);
    await_signals();
    log_->write(Started{
        .version = TURNAWAY_VERSION, .config = options_.config_path, .queued = queued_at_start_});
    tell_listening();
    for (std::size_t i = 0; i < shards_.size(); ++i) shards_[i]->start(std::move(listeners_[i]));
    for (auto& shard : shards_) threads_.emplace_back([&shard] { shard->run(); });
    // The last shard to end lets this thread go.
    std::thread joiner([this] {
        for (auto& thread : threads_) thread.join();
        asio::post(desk_, [this] { desk_.stop(); });
    });
    desk_.run();
    joiner.join();
    // What was handed over is written; answers go to event loops that are still there, and end
    // there.
    spool_.reset();
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
