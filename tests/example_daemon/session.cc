#include "example_daemon/session.h"

#include <array>
#include <chrono>
#include <string>
#include <utility>

#include "daemon/admission.h"
#include "daemon/progress_timeout.h"
#include "mail/address.h"

namespace turnaway::example {
namespace {

namespace asio = boost::asio;
using Clock = daemon::ProgressTimeout::Clock;

constexpr std::size_t line_bytes_max = 1000;

class Session {
  public:
    Session(State& state, Thread& thread, std::unique_ptr<io::Connection> connection,
            const route::IpAddress& client)
        : state_(state),
          thread_(thread),
          rules_(state.rules.load()),
          wait_(rules_->config.listen.command_wait),
          connection_(std::move(connection)),
          client_(client) {}

    asio::awaitable<void> run() {
        daemon::ProgressTimeout timeout(wait_, Clock::now());
        while (!is_ending_ && input_.size() < line_bytes_max) {
            is_reading_ = true;
            const auto got = co_await connection_->read(buffer_, timeout.left(Clock::now()));
            is_reading_ = false;
            if (!got) break;
            input_.append(buffer_.data(), *got);
            if (!co_await answer_lines()) break;
            timeout.renew(Clock::now());
        }
        if (is_ending_) (void)co_await connection_->write("bye\n", wait_);
        co_await connection_->close();
    }
    void end() {
        is_ending_ = true;
        if (is_reading_) connection_->cancel();
    }

  private:
    asio::awaitable<bool> answer_lines() {
        for (auto end = input_.find('\n'); end != std::string::npos; end = input_.find('\n')) {
            const std::string verdict = co_await verdict_on(input_.substr(0, end));
            input_.erase(0, end + 1);
            state_.counters.add(Counter::answers);
            const std::string answer = rules_->config.answer.word + ' ' + verdict + '\n';
            if (!co_await connection_->write(answer, wait_)) co_return false;
        }
        co_return true;
    }

    asio::awaitable<std::string> verdict_on(std::string line) {
        auto recipient = mail::Address::parse(line);
        if (!recipient) co_return "not an address";
        const auto answer = co_await thread_.judge().judge_recipient(
            rules_->judging, client_, {.address = *std::move(recipient)}, nullptr);
        co_return answer.code.text() + ' ' + std::string(answer.reason);
    }

    State& state_;
    Thread& thread_;
    const std::shared_ptr<const Rules> rules_;
    const std::chrono::milliseconds wait_;
    std::unique_ptr<io::Connection> connection_;
    const route::IpAddress client_;
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

asio::awaitable<void> serve(State& state, Thread& thread,
                            std::unique_ptr<io::Connection> connection) {
    if (!connection->peer()) co_return;
    const auto address = io::ip_address(connection->peer()->address());
    const auto rules = state.rules.load();
    const auto place = co_await daemon::admit(
        {.clients = state.clients,
         .limits = {.all = rules->config.listen.connections_max,
                    .per_address = rules->config.listen.connections_per_address_max},
         .turn_away = [&](daemon::ClientCount::Entry) { return turn_away(state, address.text()); }},
        *connection, address);
    if (place == nullptr) co_return;
    state.counters.add(Counter::connections);
    Session session(state, thread, std::move(connection), address);
    const auto guard = thread.events().enter([&session] { session.end(); });
    co_await session.run();
}

}  // namespace turnaway::example
