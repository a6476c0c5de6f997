#include "gate/filter.h"

#include <boost/asio/post.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "daemon/confinement.h"
#include "daemon/process_loop.h"
#include "gate/gate_state.h"
#include "gate/gate_thread.h"
#include "gate/relay_memory.h"
#include "gate/standard_streams.h"
#include "io/start.h"
#include "judge/recheck.h"

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;
using base::Result;

class Filter {
  public:
    Filter(Config config, DaemonOptions options)
        : options_(std::move(options)), config_(std::move(config)) {}

    Result<void> open();
    Result<int> run();

  private:
    Result<void> confine();
    Result<daemon::ProcessLoop::TakeConfig> read_new_config();
    asio::awaitable<void> serve(std::unique_ptr<Peer> peer);

    const DaemonOptions options_;
    const Config config_;  // as at the start
    std::optional<daemon::Log> log_;
    std::optional<GateState> state_;
    daemon::ProcessLoop loop_;
    std::unique_ptr<GateThread> thread_;
};

Result<void> Filter::confine() {
    if (auto done = daemon::give_up_rights({}); !done) return done;
    if (!options_.is_sandboxed) return {};
    return daemon::confine_files(
        {.readable_files = {options_.config_path, config_.dns.trust_anchor}});
}

Result<void> Filter::open() {
    if (auto done = confine(); !done) return done;
    log_.emplace(
        daemon::log_style("turnaway-gate", config_.log.format, config_.process.hostname.text()),
        config_.log.level);
    state_.emplace(make_rules(config_), *log_);
    auto thread = GateThread::open(*state_);
    if (!thread) return std::unexpected(thread.error());
    thread_ = *std::move(thread);
    thread_->start();
    auto streams = StandardStreams::open(thread_->events().io());
    if (!streams) return std::unexpected(streams.error());
    io::start(thread_->events().io(), "the filter's session", serve(*std::move(streams)));
    return {};
}

asio::awaitable<void> Filter::serve(std::unique_ptr<Peer> peer) {
    co_await thread_->serve(Protocol::filter, std::move(peer));
    asio::post(loop_.io(), [this] {
        if (!loop_.is_stopping()) loop_.stop(0, "smtpd closed the connection");
    });
}

// On the disk thread.
Result<daemon::ProcessLoop::TakeConfig> Filter::read_new_config() {
    auto config = read_config(options_.config_path);
    if (!config) return std::unexpected(config.error());
    auto warnings = config->warnings;
    const auto next =
        make_rules(schema().keep_restart_values(state_->rules()->config, *std::move(config)));
    return [this, next, warnings = std::move(warnings)] {
        state_->change_rules(next);
        thread_->rules_changed();
        return daemon::ProcessLoop::Taken{.warnings = warnings};
    };
}

Result<int> Filter::run() {
    loop_.take_signals();
    if (options_.is_sandboxed) {
        const bool asks_relay = !config_.memory.relay_socket.empty();
        if (auto done = daemon::confine_calls({}, asks_relay); !done)
            return std::unexpected(done.error());
    }
    log_->write(daemon::Started{.version = TURNAWAY_VERSION, .config = options_.config_path});
    for (const auto& each : config_.warnings) log_->write(daemon::Trouble{.words = each});
    judge::recheck_refusing_hosts(thread_->events().io(), state_->hosts(),
                                  [this] { return state_->rules()->judging; });
    if (!config_.memory.relay_socket.empty()) {
        learn_from_relay(loop_.io(), *state_, config_.memory.relay_socket);
    }
    const auto ending = loop_.run({&thread_->events()}, *log_,
                                  {.read_config = [this] { return read_new_config(); },
                                   .status = [] { return std::string("Answering smtpd"); }});
    log_->write(daemon::Stopped{.exit_code = ending.exit_code, .reason = ending.reason});
    return ending.exit_code;
}

}  // namespace

Result<int> run_filter(Config config, const DaemonOptions& options) {
    Filter filter(std::move(config), options);
    if (auto done = filter.open(); !done) return std::unexpected(done.error());
    return filter.run();
}

}  // namespace turnaway::gate
