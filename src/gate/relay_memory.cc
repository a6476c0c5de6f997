#include "gate/relay_memory.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <expected>
#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "io/start.h"
#include "judge/host_line.h"

namespace turnaway::gate {
namespace {

namespace asio = boost::asio;
using Socket = asio::local::stream_protocol::socket;
using Entry = judge::RefusingHosts::Entry;

constexpr std::string_view question = "{\"do\":\"hosts\"}\n";
constexpr std::chrono::seconds pause{5};
constexpr std::chrono::seconds answer_wait{5};
constexpr std::size_t line_bytes_max = std::size_t{64} * 1024;
constexpr std::size_t hosts_max = 100'000;
constexpr auto as_value = asio::as_tuple(asio::use_awaitable);

class RelayClient {
  public:
    RelayClient(asio::io_context& loop, GateState& state, std::string path)
        : loop_(loop), state_(state), path_(std::move(path)), timer_(loop), deadline_(loop) {}

    asio::awaitable<void> learn() {
        for (;;) {
            const auto hosts = co_await ask();
            if (hosts) {
                take(*hosts);
                is_trouble_logged_ = false;
            } else if (!std::exchange(is_trouble_logged_, true)) {
                const std::string words = "[memory] relay_socket " + path_ + ": " + hosts.error();
                state_.log().write(daemon::Trouble{.words = words});
            }
            timer_.expires_after(pause);
            (void)co_await timer_.async_wait(as_value);
        }
    }

  private:
    using Hosts = std::expected<std::vector<Entry>, std::string>;

    asio::awaitable<Hosts> ask() {
        // Shared with the timer, whose call may be under way already when the answer comes.
        const auto socket = std::make_shared<Socket>(loop_);
        // If the relay does not answer, the timer cancels what the socket does.
        deadline_.expires_after(answer_wait);
        deadline_.async_wait([socket](const boost::system::error_code& error) {
            if (!error && socket->is_open()) socket->cancel();
        });
        auto hosts = co_await ask_over(*socket);
        deadline_.cancel();
        co_return hosts;
    }

    asio::awaitable<Hosts> ask_over(Socket& socket) {
        const auto [refused] =
            co_await socket.async_connect(asio::local::stream_protocol::endpoint(path_), as_value);
        if (refused) co_return std::unexpected(refused.message());
        const auto [unsent, sent] = co_await asio::async_write(
            socket, asio::buffer(question.data(), question.size()), as_value);
        if (unsent) co_return std::unexpected(unsent.message());
        std::vector<Entry> hosts;
        std::string bytes;
        while (hosts.size() < hosts_max) {
            const auto [error, size] = co_await asio::async_read_until(
                socket, asio::dynamic_buffer(bytes, line_bytes_max), '\n', as_value);
            if (error) co_return std::unexpected("the answer ended: " + error.message());
            auto host = judge::parse_host_line(std::string_view(bytes).substr(0, size));
            const bool is_end = !host;
            if (host) hosts.push_back(*std::move(host));
            if (is_end && !bytes.starts_with(R"({"type":"end","ok":true)")) {
                co_return std::unexpected("the answer is not that of turnaway-relay");
            }
            bytes.erase(0, size);
            if (is_end) break;
        }
        co_return hosts;
    }

    void take(const std::vector<Entry>& hosts) {
        std::vector<judge::StoredHost> fresh;
        std::set<route::HostPort> now;
        for (const auto& host : hosts) {
            now.insert(host.at);
            if (!learned_.contains(host.at)) {
                state_.counters().service.add(Counter::relay_lessons);
            }
            fresh.push_back({.host = host.host,
                             .address = host.at.text(),
                             .seen = host.seen,
                             .words = host.words});
        }
        state_.hosts().load(fresh, 0);
        for (const auto& at : learned_) {
            if (!now.contains(at)) state_.hosts().forget(at);
        }
        learned_ = std::move(now);
    }

    asio::io_context& loop_;
    GateState& state_;
    const std::string path_;
    asio::steady_timer timer_;
    asio::steady_timer deadline_;
    std::set<route::HostPort> learned_;
    bool is_trouble_logged_ = false;
};

asio::awaitable<void> learn(std::unique_ptr<RelayClient> client) {
    co_await client->learn();
}

}  // namespace

void learn_from_relay(asio::io_context& loop, GateState& state, std::string socket) {
    io::start(loop, "learning from the relay",
              learn(std::make_unique<RelayClient>(loop, state, std::move(socket))));
}

}  // namespace turnaway::gate
