// The client dialogues of tests/dialogue/client over real sockets, and what only sockets can do:
// early refusals, resets, content from a disk that fails.
#include "io/client_driver.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <filesystem>

#include "certificate.h"
#include "dialogue/client_script.h"
#include "loop.h"
#include "source_folder.h"

namespace turnaway::io {
namespace {

using dialogue::ClientScript;
using dialogue::Event;

struct Parties {
    asio::io_context loop;
    Pair pair = make_pair(loop);
    Certificate certificate;
    TlsServer tls_server =
        TlsServer::load(certificate.certificate_file(), certificate.key_file()).value();
    TlsClient tls_client = TlsClient::opportunistic().value();
    ClientDeadlines deadlines;
    std::string heard;  // by the host
    bool is_host_done = false;
};

void collect(const smtp::ClientTransaction& transaction, std::vector<std::string>* outcomes) {
    for (const auto& outcome : transaction.outcomes()) {
        outcomes->push_back(outcome ? dialogue::describe(*outcome) : "open");
    }
}

// Delivers everything in its turn; the outcomes.
asio::awaitable<std::vector<std::string>> deliver_all(ClientDrive& drive, ContentSource content,
                                                      std::vector<smtp::ClientMessage> later) {
    std::vector<std::string> outcomes;
    drive.content = std::move(content);
    bool is_collected = false;
    while (true) {
        const ClientEnd end = co_await drive_client(drive);
        if (!std::exchange(is_collected, true)) collect(drive.session.transaction(), &outcomes);
        if (end.pause == ClientPause::over) break;
        if (later.empty()) {
            drive.session.quit();
            continue;
        }
        drive.session.deliver(std::move(later.front()));
        later.erase(later.begin());
        is_collected = false;
    }
    co_await drive.connection->close();
    co_return outcomes;
}

asio::awaitable<void> play_host(Parties& parties, const ClientScript& script) {
    Connection& server = *parties.pair.server;
    for (const auto& turn : script.turns) {
        std::string said;
        while (said.size() < turn.client.size()) {
            const std::string some = co_await read_some(server);
            if (some.empty()) break;
            said += some;
        }
        EXPECT_EQ(said, turn.client);
        if (!turn.server.empty()) (void)co_await server.write(turn.server, 10s);
        if (turn.event == Event::tls_up) (void)co_await server.start_tls(parties.tls_server, 10s);
        if (turn.event == Event::tls_failed) (void)co_await server.write("this is no TLS\r\n", 10s);
        if (turn.event == Event::closed) break;
        if (turn.event == Event::timed_out) co_await read_all(server);
    }
    co_await server.close();
    parties.is_host_done = true;
}

std::vector<std::string> scripts() {
    std::vector<std::string> paths;
    for (const auto& entry :
         std::filesystem::directory_iterator(source_folder() + "/tests/dialogue/client")) {
        paths.push_back(entry.path());
    }
    std::ranges::sort(paths);
    return paths;
}

class ClientDriverDialogue : public testing::TestWithParam<std::string> {};

TEST_P(ClientDriverDialogue, OverSockets) {
    const ClientScript script = dialogue::read_client_script(GetParam());
    Parties parties;
    const bool is_slow = std::ranges::any_of(
        script.turns, [](const auto& turn) { return turn.event == Event::timed_out; });
    if (is_slow) {
        for (const auto wait : {smtp::ClientWait::quit}) {
            parties.deadlines.set(wait, 50ms);
        }
    }
    smtp::ClientSession session({"relay.example", script.tls, script.messages.front()});
    ClientDrive drive{session, parties.pair.client, parties.tls_client, "host.example",
                      parties.deadlines};
    asio::co_spawn(parties.loop, play_host(parties, script), asio::detached);
    const auto outcomes =
        run(parties.loop, deliver_all(drive, {script.content.size(), script.content, {}},
                                      {script.messages.begin() + 1, script.messages.end()}));
    EXPECT_EQ(outcomes, script.outcomes);
    const auto& host = session.host_outcome();
    EXPECT_EQ(host ? dialogue::describe(*host) : "", script.host);
    parties.pair.client.reset();
    run_until(parties.loop, parties.is_host_done);
}

INSTANTIATE_TEST_SUITE_P(Files, ClientDriverDialogue, testing::ValuesIn(scripts()),
                         [](const auto& given) {
                             return std::filesystem::path(given.param).stem().string();
                         });

// --- one big message ---

smtp::ClientMessage big_message(std::uint64_t bytes) {
    smtp::ClientMessage message;
    message.envelope.recipients.push_back({mail::Address::parse("b@host.example").value(), {}, {}});
    message.content_bytes = bytes;
    return message;
}

asio::awaitable<base::Result<std::string>> piece_of(std::string_view content, std::uint64_t offset,
                                                    std::size_t bytes_max) {
    co_return std::string(content.substr(offset, bytes_max));
}

ContentSource pieces_of(std::string_view content) {
    return {content.size(), {}, [content](std::uint64_t offset, std::size_t bytes_max) {
                return piece_of(content, offset, bytes_max);
            }};
}

// Takes the commands up to the 354; then what `after_data` does.
asio::awaitable<void> play_until_data(Connection& server) {
    (void)co_await server.write("220 host.example\r\n", 10s);
    for (const char* reply : {"250 host.example\r\n", "250 Ok\r\n", "250 Ok\r\n", "354 Go\r\n"}) {
        co_await read_some(server);
        (void)co_await server.write(reply, 10s);
    }
}

asio::awaitable<void> take_it_all(Parties& parties) {
    Connection& server = *parties.pair.server;
    co_await play_until_data(server);
    while (!parties.heard.ends_with("\r\n.\r\n")) parties.heard += co_await read_some(server);
    (void)co_await server.write("250 Ok\r\n", 10s);
    co_await read_some(server);
    (void)co_await server.write("221 Bye\r\n", 10s);
    co_await server.close();
    parties.is_host_done = true;
}

// Reads the beginning of the content only.
asio::awaitable<void> refuse_early(Parties& parties) {
    Connection& server = *parties.pair.server;
    co_await play_until_data(server);
    co_await read_some(server);
    (void)co_await server.write("552 5.3.4 Too big\r\n", 10s);
    parties.is_host_done = true;
}

asio::awaitable<void> hear_the_end(Parties& parties) {
    Connection& server = *parties.pair.server;
    co_await play_until_data(server);
    parties.heard = co_await read_all(server);
    parties.is_host_done = true;
}

asio::awaitable<void> greet_and_hear(Parties& parties) {
    Connection& server = *parties.pair.server;
    (void)co_await server.write("220 host.example\r\n", 10s);
    parties.heard = co_await read_some(server);
    (void)co_await server.write("250 host.example\r\n", 10s);
    parties.heard += co_await read_all(server);
    parties.is_host_done = true;
}

// The beginning of a greeting, again and again.
asio::awaitable<void> drip(Parties& parties) {
    Connection& server = *parties.pair.server;
    asio::steady_timer pause(parties.loop);
    while (co_await server.write("220-still here\r\n", 10s)) {
        pause.expires_after(10ms);
        co_await pause.async_wait(asio::use_awaitable);
    }
    parties.is_host_done = true;
}

class ClientDriverTest : public testing::Test {
  protected:
    std::vector<std::string> deliver(ContentSource content, asio::awaitable<void> host,
                                     std::function<bool()> may_go_on = {}) {
        asio::co_spawn(parties_.loop, std::move(host), asio::detached);
        smtp::ClientSession session(
            {"relay.example", smtp::TlsPolicy::never, big_message(content.bytes)});
        ClientDrive drive{session, parties_.pair.client, parties_.tls_client, "host.example",
                          parties_.deadlines};
        drive.may_go_on = std::move(may_go_on);
        auto outcomes = run(parties_.loop, deliver_all(drive, std::move(content), {}));
        run_until(parties_.loop, parties_.is_host_done);
        return outcomes;
    }

    Parties parties_;
    std::string content_ = [] {
        std::string text;
        for (int i = 0; i < 400'000; ++i) text += ".a line of the message\r\n";
        return text;
    }();
};

TEST_F(ClientDriverTest, SendsLongContentInPieces) {
    const auto outcomes = deliver(pieces_of(content_), take_it_all(parties_));
    EXPECT_TRUE(outcomes.at(0).starts_with("delivered ")) << outcomes[0];
    EXPECT_EQ(parties_.heard.size(), content_.size() + 400'000 + 3);
}

TEST_F(ClientDriverTest, AnEarlyRefusalStopsTheSending) {
    const auto outcomes = deliver(pieces_of(content_), refuse_early(parties_));
    EXPECT_EQ(outcomes.at(0), "permanent replied content 5.3.4 552");
}

TEST_F(ClientDriverTest, ContentThatCannotBeReadIsNeverEnded) {
    ContentSource source = pieces_of(content_);
    source.bytes += 1;  // more than there is
    const auto outcomes = deliver(std::move(source), hear_the_end(parties_));
    EXPECT_TRUE(outcomes.at(0).starts_with("temporary lost content")) << outcomes[0];
    EXPECT_FALSE(parties_.heard.ends_with("\r\n.\r\n"));
}

// Asked once before MAIL and once before the final dot.
TEST_F(ClientDriverTest, WhatMayNotGoOnIsNeverEnded) {
    int asked = 0;
    const auto outcomes =
        deliver(pieces_of(content_), hear_the_end(parties_), [&asked] { return ++asked == 1; });
    EXPECT_EQ(asked, 2);
    EXPECT_TRUE(outcomes.at(0).starts_with("temporary lost content")) << outcomes[0];
    EXPECT_FALSE(parties_.heard.ends_with("\r\n.\r\n"));
}

TEST_F(ClientDriverTest, WhatMayNotGoOnIsNotBegun) {
    asio::co_spawn(parties_.loop, greet_and_hear(parties_), asio::detached);
    smtp::ClientSession session({"relay.example", smtp::TlsPolicy::never, big_message(10)});
    ClientDrive drive{session, parties_.pair.client, parties_.tls_client, "host.example",
                      parties_.deadlines};
    drive.may_go_on = [] { return false; };
    const auto end = run(parties_.loop, drive_client(drive));
    EXPECT_TRUE(end.is_abandoned);
    EXPECT_FALSE(end.mail_began);
    run(parties_.loop, parties_.pair.client->close());
    run_until(parties_.loop, parties_.is_host_done);
    EXPECT_EQ(parties_.heard, "EHLO relay.example\r\n");
}

// The sender's coroutine is gone while the one that listens to the host still waits.
TEST_F(ClientDriverTest, NothingListensForASenderThatIsGone) {
    asio::co_spawn(parties_.loop, play_until_data(*parties_.pair.server), asio::detached);
    const std::weak_ptr<Connection> connection = parties_.pair.client;
    ContentSource source = pieces_of(content_);
    source.read = [](std::uint64_t, std::size_t) -> asio::awaitable<base::Result<std::string>> {
        throw std::bad_alloc();
    };
    {
        smtp::ClientSession session(
            {"relay.example", smtp::TlsPolicy::never, big_message(source.bytes)});
        ClientDrive drive{session,
                          std::move(parties_.pair.client),
                          parties_.tls_client,
                          "host.example",
                          parties_.deadlines,
                          std::move(source)};
        EXPECT_THROW(run(parties_.loop, drive_client(drive)), std::bad_alloc);
    }
    const auto end = std::chrono::steady_clock::now() + timeout;
    while (!connection.expired() && parties_.loop.run_one_until(end) != 0) {
    }
    EXPECT_TRUE(connection.expired());
}

TEST_F(ClientDriverTest, AHostThatReadsNothingTimesOut) {
    parties_.deadlines.set(smtp::ClientWait::block, 50ms);
    parties_.is_host_done = true;
    const auto outcomes = deliver(pieces_of(content_), play_until_data(*parties_.pair.server));
    EXPECT_TRUE(outcomes.at(0).starts_with("temporary timed_out content")) << outcomes[0];
}

TEST_F(ClientDriverTest, AReplyInDripsHasOneDeadline) {
    parties_.deadlines.set(smtp::ClientWait::greeting, 100ms);
    const auto outcomes = deliver({}, drip(parties_));
    EXPECT_TRUE(outcomes.at(0).starts_with("temporary timed_out greeting")) << outcomes[0];
}

}  // namespace
}  // namespace turnaway::io
