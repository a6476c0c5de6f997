#include "example_daemon/session.h"

#include <array>
#include <string>
#include <utility>

#include "daemon/admission.h"
#include "daemon/progress_timeout.h"

namespace turnaway::example {
namespace {

namespace asio = boost::asio;
using Clock = daemon::ProgressTimeout::Clock;

constexpr std::size_t line_bytes_max = 1000;

class Session {
  public:
    Session(State& state, std::unique_ptr<io::Connection> connection)
        : state_(state), config_(state.config.load()), connection_(std::move(connection)) {}

    asio::awaitable<void> run() {
        daemon::ProgressTimeout timeout(config_->listen.command_wait, Clock::now());
        while (!is_ending_ && input_.size() < line_bytes_max) {
            is_reading_ = true;
            const auto got = co_await connection_->read(buffer_, timeout.left(Clock::now()));
            is_reading_ = false;
            if (!got) break;
            input_.append(buffer_.data(), *got);
            if (!co_await answer_lines()) break;
            timeout.renew(Clock::now());
        }
        if (is_ending_) (void)co_await connection_->write("bye\n", config_->listen.command_wait);
        co_await connection_->close();
    }
    void end() {
        is_ending_ = true;
        if (is_reading_) connection_->cancel();
    }

  private:
    asio::awaitable<bool> answer_lines() {
        for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
            const std::string answer = config_->answer.word + ' ' + input_.substr(0, end + 1);
            input_.erase(0, end + 1);
            state_.counters.add(Counter::answers);
            if (!co_await connection_->write(answer, config_->listen.command_wait)) co_return false;
        }
        co_return true;
    }

    State& state_;
    const std::shared_ptr<const Config> config_;
    std::unique_ptr<io::Connection> connection_;
    std::array<char, line_bytes_max> buffer_{};
    std::string input_;
    bool is_reading_ = false;
    bool is_ending_ = false;
};

std::string turn_away(State& state, const std::string& client) {
    state.counters.add(Counter::connections_refused);
    if (const auto number = state.clients.turned_away(std::chrono::steady_clock::now())) {
        const std::string words =
            std::to_string(*number) + " clients were turned away, the last " + "one from " + client;
        state.log.write(daemon::Trouble{.words = words});
    }
    return "busy\n";
}

}  // namespace

asio::awaitable<void> serve(State& state, daemon::EventThread& thread,
                            std::unique_ptr<io::Connection> connection) {
    if (!connection->peer()) co_return;
    const auto address = io::ip_address(connection->peer()->address());
    const auto config = state.config.load();
    const auto place = co_await daemon::admit(
        {.clients = state.clients,
         .limits = {.all = config->listen.connections_max,
                    .per_address = config->listen.connections_per_address_max},
         .turn_away = [&](daemon::ClientCount::Entry) { return turn_away(state, address.text()); }},
        *connection, address);
    if (place == nullptr) co_return;
    state.counters.add(Counter::connections);
    Session session(state, std::move(connection));
    const auto guard = thread.enter([&session] { session.end(); });
    co_await session.run();
}

}  // namespace turnaway::example
