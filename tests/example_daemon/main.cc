// example_daemon: a whole daemon of settings/, daemon/, judge/ and io/ alone, which a test starts,
// asks, reloads and stops.
//
// It answers lines with verdicts (session.h), has /metrics and /healthz, a control socket that
// knows the request `status`, a reload, and the confinement of every daemon. `example_daemon CONFIG
// [--no-sandbox]`.
#include <array>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/confinement.h"
#include "daemon/control_server.h"
#include "daemon/listening.h"
#include "daemon/metrics_page.h"
#include "daemon/pages.h"
#include "daemon/process_loop.h"
#include "example_daemon/session.h"
#include "process/descriptor.h"

namespace turnaway::example {
namespace {

using base::Result;

constexpr std::array<daemon::Series<Counter>, 4> series{{
    {Counter::connections, "connections_total", "", "Clients that connected."},
    {Counter::connections_refused, "connections_refused_total", "", "Clients without a place."},
    {Counter::answers, "answers_total", "", "Lines that were answered."},
    {Counter::dns_answers, "dns_answers_total", "", "Answers of DNS."},
}};
static_assert(daemon::is_complete(series));

io::Endpoint endpoint(const settings::Endpoint& at) {
    return {.address = at.address, .port = at.port};
}

class Example {
  public:
    Example(Config config, std::string path, bool is_sandboxed)
        : path_(std::move(path)),
          is_sandboxed_(is_sandboxed),
          config_(std::move(config)),
          thread_count_(config_.process.threads == 0 ? 1 : config_.process.threads) {}

    Result<int> run() {
        for (const auto step : {&Example::open_sockets, &Example::confine, &Example::open_state,
                                &Example::open_pages, &Example::open_control}) {
            if (auto done = (this->*step)(); !done) return std::unexpected(done.error());
        }
        loop_.take_signals();
        if (is_sandboxed_) {
            if (auto done = daemon::confine_calls(); !done) return std::unexpected(done.error());
        }
        log_->write(daemon::Started{.version = "example", .config = path_});
        for (const auto& at : daemon::listening_at(listeners_)) {
            daemon::log_listening(*log_, "example", at);
        }
        if (pages_) daemon::log_listening(*log_, "http", pages_->local());
        const auto ending = loop_.run(start_threads(), *log_,
                                      {.read_config = [this] { return read_new_config(); },
                                       .status = [] { return std::string("Answering lines"); },
                                       .on_stop =
                                           [this] {
                                               if (control_) control_->stop();
                                           }});
        log_->write(daemon::Stopped{.exit_code = ending.exit_code, .reason = ending.reason});
        return ending.exit_code;
    }

  private:
    Result<void> open_sockets() {
        std::vector<io::Endpoint> endpoints;
        for (const auto& at : config_.listen.smtp) endpoints.push_back(endpoint(at));
        auto opened = daemon::open_listeners(endpoints, thread_count_, loop_.io().get_executor());
        if (!opened) return std::unexpected(opened.error());
        listeners_ = *std::move(opened);
        return {};
    }
    Result<void> confine() {
        const auto user = daemon::user_to_become(config_.user.name);
        if (!user) return std::unexpected(user.error());
        daemon::make_control_folder(config_.control.socket, *user);
        if (auto done = daemon::give_up_rights(*user); !done) return done;
        daemon::FilesKept kept{.readable_files = {path_},
                               .control_socket = config_.control.socket,
                               .has_groups = !config_.control.group.empty()};
        if (config_.metrics.listen) kept.bindable_ports = {config_.metrics.listen->port};
        return is_sandboxed_ ? daemon::confine_files(kept) : Result<void>();
    }
    Result<void> open_state() {
        log_.emplace(daemon::log_style("example-daemon", config_.log.format,
                                       config_.process.hostname.text()),
                     config_.log.level);
        state_.emplace(make_rules(config_), *log_);
        for (auto& listeners : listeners_) {
            auto thread = Thread::open(*state_);
            if (!thread) return std::unexpected(thread.error());
            auto adopted = (*thread)->events().adopt(std::move(listeners));
            if (!adopted) return std::unexpected(adopted.error());
            listeners = *std::move(adopted);
            threads_.push_back(*std::move(thread));
        }
        return {};
    }
    Result<void> open_pages() {
        if (!config_.metrics.listen) return {};
        auto opened =
            daemon::open_pages(loop_.io(), endpoint(*config_.metrics.listen),
                               {.metrics = [this] { return metrics(); },
                                .health = [this]() -> daemon::Health {
                                    if (loop_.is_stopping())
                                        return {.is_serving = false, .words = "ending"};
                                    return {.is_serving = true, .words = "answering lines"};
                                }});
        if (!opened) return std::unexpected(opened.error());
        pages_ = *std::move(opened);
        return {};
    }
    Result<void> open_control() {
        const auto& [path, group] = config_.control;
        if (path.empty()) return {};
        auto socket = daemon::open_control_socket(loop_.io().get_executor(), path, group);
        if (!socket) return std::unexpected(socket.error());
        control_.emplace(
            loop_.io(), *std::move(socket), daemon::ControlServer::Settings(),
            daemon::ControlServer::Service{
                .perform = [this](std::string_view line, const daemon::ControlPeer&,
                                  daemon::ControlAnswer& answer) { return perform(line, answer); },
                .fault_line =
                    [](std::string_view kind, std::string_view words) {
                        return std::string(kind) + ": " + std::string(words) + '\n';
                    }});
        control_->start();
        return {};
    }

    std::vector<daemon::EventThread*> start_threads() {
        std::vector<daemon::EventThread*> threads;
        for (std::size_t i = 0; i < threads_.size(); ++i) {
            threads_[i]->start(std::move(listeners_[i]));
            threads.push_back(&threads_[i]->events());
        }
        return threads;
    }
    Result<daemon::ProcessLoop::TakeConfig> read_new_config() {
        auto config = schema().read(path_);
        if (!config) return std::unexpected(config.error());
        const auto before = state_->rules.load();
        auto waiting = schema().restart_keys(before->config, *config);
        auto kept = schema().keep_restart_values(before->config, *std::move(config));
        return [this, waiting = std::move(waiting), next = make_rules(std::move(kept))] {
            state_->rules.store(next);
            log_->set_level(next->config.log.level);
            return daemon::ProcessLoop::Taken{.warnings = next->config.warnings,
                                              .waiting_keys = waiting};
        };
    }
    std::string metrics() {
        daemon::MetricsPage page("example_");
        page.add(series, state_->counters);
        page.add_gauge("sessions", "Clients connected.", state_->clients.total());
        return page.text();
    }
    boost::asio::awaitable<bool> perform(std::string_view line, daemon::ControlAnswer& answer) {
        const bool is_known = line == "status";
        const auto sessions = std::to_string(state_->clients.total());
        (void)co_await answer.add(is_known ? "sessions " + sessions + '\n'
                                           : "request: ask for status\n");
        co_return is_known;
    }

    const std::string path_;
    const bool is_sandboxed_;
    const Config config_;  // as it was at the start
    const unsigned thread_count_;
    std::optional<daemon::Log> log_;
    std::optional<State> state_;
    daemon::ProcessLoop loop_;
    std::vector<std::unique_ptr<Thread>> threads_;
    daemon::ThreadListeners listeners_;
    std::unique_ptr<io::HttpEndpoint> pages_;
    std::optional<daemon::ControlServer> control_;
};

int complain(const base::Error& error) {
    std::fprintf(stderr, "example_daemon: %s\n", error.message.c_str());
    return base::exit_code(error.fault);
}

}  // namespace
}  // namespace turnaway::example

int main(int argc, char** argv) {
    using namespace turnaway;
    process::keep_standard_streams();
    std::signal(SIGPIPE, SIG_IGN);
    const bool is_sandboxed = argc != 3 || std::string_view(argv[2]) != "--no-sandbox";
    if (argc < 2) return example::complain({base::Fault::usage, "name a configuration file"});
    auto config = example::schema().read(argv[1]);
    if (!config) return example::complain(config.error());
    example::Example daemon(*std::move(config), argv[1], is_sandboxed);
    const auto ended = daemon.run();
    return ended ? *ended : example::complain(ended.error());
}
