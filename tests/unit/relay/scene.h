// One thread of the relay without its daemon: the test's own event loop, a spool in memory, a clock
// that the test sets, and mail hosts on loopback that answer as they are told.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "fake/memory_spool.h"
#include "fake/spooled.h"
#include "io/start.h"
#include "process/descriptor.h"
#include "relay/config/config.h"
#include "relay/config/rules.h"
#include "relay/relay_state.h"
#include "relay/shard.h"

namespace turnaway::relay {

using namespace std::chrono_literals;

// Nothing here takes this long unless it hangs.
inline constexpr auto scene_timeout = 20s;

// A mail host: greets, answers each command by its verb, and keeps what it heard. It works while it
// is polled.
class MailHost {
  public:
    using tcp = asio::ip::tcp;

    // Replies by verb; "greeting" and "content" (after the dot) too. What is not here gets 250,
    // DATA 354, QUIT 221.
    using Replies = std::map<std::string, std::string, std::less<>>;

    explicit MailHost(Replies replies = {})
        : state_(std::make_shared<State>(loop_, std::move(replies))) {
        io::start(loop_, "a mail host", accept(state_));
    }

    // Does what can be done now.
    void poll() {
        loop_.restart();
        loop_.poll();
    }

    std::uint16_t port() const { return state_->acceptor.local_endpoint().port(); }
    void answer(const std::string& verb, std::string reply) {
        state_->replies[verb] = std::move(reply);
    }
    // After the reply to this verb the host closes the connection, once.
    void close_after(std::string verb) { state_->closes_after = std::move(verb); }
    std::size_t connections() const { return state_->connections; }
    const std::vector<std::string>& commands() const { return state_->commands; }
    std::size_t count(std::string_view verb) const {
        return static_cast<std::size_t>(std::ranges::count_if(
            state_->commands, [&](const auto& line) { return line.starts_with(verb); }));
    }

  private:
    struct State {
        State(asio::io_context& loop_of, Replies replies_of)
            : loop(loop_of),
              acceptor(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
              replies(std::move(replies_of)) {}
        asio::io_context& loop;
        tcp::acceptor acceptor;
        Replies replies;
        std::string closes_after;
        std::size_t connections = 0;
        std::vector<std::string> commands;
    };
    using StatePtr = std::shared_ptr<State>;

    static asio::awaitable<void> accept(StatePtr state) {
        for (;;) {
            auto socket = co_await state->acceptor.async_accept(asio::use_awaitable);
            ++state->connections;
            io::start(state->loop, "a session of a mail host", serve(state, std::move(socket)));
        }
    }

    static std::string reply_to(const State& state, const std::string& verb) {
        const auto at = state.replies.find(verb);
        if (at != state.replies.end()) return at->second;
        return verb == "greeting" ? "220 mx.example ready"
               : verb == "DATA"   ? "354 go on"
               : verb == "QUIT"   ? "221 bye"
                                  : "250 ok";
    }

    static asio::awaitable<void> serve(StatePtr state, tcp::socket socket) {
        boost::system::error_code error;
        const auto as_value = [&error] { return asio::redirect_error(asio::use_awaitable, error); };
        std::string input;
        std::string verb = "greeting";
        for (;;) {
            const std::string reply = reply_to(*state, verb) + "\r\n";
            co_await asio::async_write(socket, asio::buffer(reply), as_value());
            if (state->closes_after == verb) {
                state->closes_after.clear();
                co_return;
            }
            if (error || verb == "QUIT") co_return;
            const bool is_content = verb == "DATA" && reply.starts_with("354");
            const std::string end = is_content ? "\r\n.\r\n" : "\r\n";
            const auto bytes = co_await asio::async_read_until(socket, asio::dynamic_buffer(input),
                                                               end, as_value());
            if (error) co_return;
            const std::string line = input.substr(0, bytes - end.size());
            input.erase(0, bytes);
            if (!is_content) state->commands.push_back(line);
            verb = is_content ? "content" : line.substr(0, line.find(' '));
        }
    }

    asio::io_context loop_;
    StatePtr state_;
};

class RelayScene {
  public:
    // `config` is added to one that listens nowhere; `host`, when there is one, is polled.
    explicit RelayScene(const std::string& config = {}, MailHost* host = nullptr) : host_(host) {
        const std::string text =
            "hostname = \"relay.example\"\n" + config + "\n[spool]\npath = \"/nonexistent\"\n";
        auto parsed = parse_config(text, "test");
        if (!parsed) throw std::runtime_error(parsed.error().front());
        auto rules = make_rules(*std::move(parsed));
        if (!rules) throw std::runtime_error(rules.error().message);
        relay_ = std::make_unique<RelayState>(RelayState::Parts{
            .rules = *std::move(rules),
            .spool = spool_,
            .log = log_,
            .counters = counters_,
            .tls_client = tls_,
            .on_spool_failure = [this](const base::Error&) { has_spool_failed_ = true; },
            .clock = base::Clock([this] { return now_; })});
        auto opened = Shard::open(*relay_, 0, queue::QueueId(0), 16);
        if (!opened) throw std::runtime_error(opened.error().message);
        shard_ = *std::move(opened);
        relay_->know_shards({shard_.get()});
    }

    fake::MemorySpool& spool() { return spool_; }
    RelayState& relay() { return *relay_; }
    Shard& shard() { return *shard_; }
    asio::io_context& loop() { return shard_->io(); }
    std::uint64_t counted(Counter counter) const { return counters_.total(counter); }
    bool has_spool_failed() const { return has_spool_failed_; }
    std::chrono::sys_seconds now() const { return std::chrono::floor<std::chrono::seconds>(now_); }
    void pass(std::chrono::seconds time) { now_ += time; }

    // Runs the event loop, and makes durable what was asked of the spool, until it is so.
    void run_until(const std::function<bool()>& is_done) {
        const auto end = std::chrono::steady_clock::now() + scene_timeout;
        while (!is_done()) {
            if (std::chrono::steady_clock::now() > end) throw std::runtime_error("it never was so");
            if (host_ != nullptr) host_->poll();
            loop().restart();
            loop().run_one_for(1ms);
            spool_.sync();
        }
    }

    // A message of the queue for one recipient, durable, its job begun. Null: any content.
    queue::QueueId queue(const std::string& recipient, spool::ContentPtr content = nullptr) {
        auto stored = fake::stored_of(++last_, 200);
        if (content != nullptr) stored.content = std::move(content);
        stored.message.arrival = now();
        stored.message.envelope.recipients = {{.address = fake::address_of(recipient)}};
        stored.message.states = {{.due = now()}};
        const auto id = stored.message.id;
        spool_.apply({.add = {stored}, .update = {}, .remove = {}}, [](const auto&) {});
        spool_.sync();
        relay_->take_in(std::move(stored));
        return id;
    }

    std::vector<queue::Message> queued() {
        spool_.sync();
        std::vector<queue::Message> all;
        (void)spool_.scan([&](queue::Message message) {
            all.push_back(std::move(message));
            return true;
        });
        return all;
    }

  private:
    MailHost* host_;
    fake::MemorySpool spool_;
    process::OwnedFd null_{::open("/dev/null", O_WRONLY | O_CLOEXEC)};
    Log log_{LogStyle{}, LogLevel::warning, null_.get()};
    Counters counters_;
    io::TlsClient tls_ = io::TlsClient::opportunistic().value();
    base::Clock::Time now_{std::chrono::sys_days{std::chrono::year(2026) / 11 / 30}};
    bool has_spool_failed_ = false;
    std::uint64_t last_ = 1000;
    std::unique_ptr<RelayState> relay_;
    std::unique_ptr<Shard> shard_;
};

// A configuration that sends everything to this host, one connection at a time.
inline std::string all_to(const MailHost& host, const std::string& delivery = {}) {
    return "[delivery]\nconcurrency = 1\n" + delivery +
           "[route]\n\"*\" = \"127.0.0.1:" + std::to_string(host.port()) + "\"\n";
}

}  // namespace turnaway::relay
