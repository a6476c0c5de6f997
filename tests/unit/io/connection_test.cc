#include <gtest/gtest.h>

#include "certificate.h"
#include "loop.h"

namespace turnaway::io {
namespace {

class ConnectionTest : public testing::Test {
  protected:
    asio::io_context loop_;
    Pair pair_ = make_pair(loop_);
};

asio::awaitable<void> serve_tls(Connection& server, TlsServer& tls, bool* is_up) {
    *is_up = (co_await server.start_tls(tls, 10s)).has_value();
}

TEST_F(ConnectionTest, CarriesBytesInTwoViews) {
    ASSERT_TRUE(run(loop_, pair_.client->write("hel", "lo", 10s)));
    EXPECT_EQ(run(loop_, read_some(*pair_.server)), "hello");
    ASSERT_TRUE(pair_.server->peer());
    EXPECT_EQ(pair_.server->peer(), pair_.client->local());
    EXPECT_FALSE(pair_.server->is_encrypted());
}

TEST_F(ConnectionTest, ReadEndsAtItsDeadlineAndWritingStillWorks) {
    std::string buffer(10, '\0');
    EXPECT_EQ(run(loop_, pair_.server->read(buffer, 5ms)).error(), Failure::timed_out);
    ASSERT_TRUE(run(loop_, pair_.server->write("421", 10s)));
    EXPECT_EQ(run(loop_, read_some(*pair_.client)), "421");
    ASSERT_TRUE(run(loop_, pair_.client->write("x", 10s)));
    EXPECT_EQ(run(loop_, pair_.server->read(buffer, 10s)).value(), 1U);
}

TEST_F(ConnectionTest, WritesWhatFitsWithoutWaiting) {
    EXPECT_EQ(pair_.server->write_now("hello"), 5U);
    EXPECT_EQ(run(loop_, read_some(*pair_.client)), "hello");
    const std::string much(64U << 20, 'x');
    EXPECT_LT(pair_.server->write_now(much), much.size());
    EXPECT_EQ(pair_.server->write_now(much), 0U);
}

TEST_F(ConnectionTest, WriteEndsAtItsDeadline) {
    const std::string much(64U << 20, 'x');
    EXPECT_EQ(run(loop_, pair_.client->write(much, 20ms)).error(), Failure::timed_out);
}

TEST_F(ConnectionTest, TellsClosedFromBroken) {
    std::string buffer(10, '\0');
    run(loop_, pair_.client->write("never read", 10s));
    pair_.server.reset();  // with unread input: a reset
    EXPECT_EQ(run(loop_, pair_.client->read(buffer, 10s)).error(), Failure::broken);
    Pair other = make_pair(loop_);
    other.client.reset();
    EXPECT_EQ(run(loop_, other.server->read(buffer, 10s)).error(), Failure::closed);
}

// The server has a lot to read when it closes; its last reply must arrive all the same.
TEST_F(ConnectionTest, CloseDeliversTheLastReply) {
    run(loop_, pair_.client->write(std::string(20'000, 'x'), 10s));
    run(loop_, pair_.server->write("521 host.example\r\n", 10s));
    bool is_closed = false;
    asio::co_spawn(loop_, pair_.server->close(),
                   [&is_closed](const std::exception_ptr&) { is_closed = true; });
    EXPECT_EQ(run(loop_, read_all(*pair_.client)), "521 host.example\r\n");
    pair_.client.reset();
    run_until(loop_, is_closed);
}

TEST_F(ConnectionTest, DialsAndSaysWhyNot) {
    const auto loopback = route::IpAddress::parse("127.0.0.1").value();
    using asio::ip::tcp;
    tcp::acceptor acceptor(loop_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    const auto port = acceptor.local_endpoint().port();
    EXPECT_TRUE(run(loop_, Connection::dial(loop_.get_executor(), loopback, port, 10s)));
    acceptor.close();
    const auto refused = run(loop_, Connection::dial(loop_.get_executor(), loopback, port, 10s));
    EXPECT_EQ(refused.error(), asio::error::connection_refused);
}

TEST_F(ConnectionTest, SpeaksTls) {
    const Certificate certificate;
    auto server = TlsServer::load(certificate.certificate_file(), certificate.key_file()).value();
    auto client = TlsClient::opportunistic().value();
    bool is_up = false;
    asio::co_spawn(loop_, serve_tls(*pair_.server, server, &is_up), asio::detached);
    ASSERT_TRUE(run(loop_, pair_.client->start_tls(client, "other.example", 10s)));
    ASSERT_TRUE(run(loop_, pair_.client->write("over ", "TLS", 10s)));
    EXPECT_EQ(run(loop_, read_some(*pair_.server)), "over TLS");
    EXPECT_TRUE(is_up && pair_.server->is_encrypted());
    EXPECT_TRUE(pair_.client->tls_description().starts_with("TLSv1.3 TLS_"));
    bool is_closed = false;
    asio::co_spawn(loop_, pair_.server->close(),
                   [&is_closed](const std::exception_ptr&) { is_closed = true; });
    EXPECT_EQ(run(loop_, read_all(*pair_.client)), "");
    run(loop_, pair_.client->close());
    run_until(loop_, is_closed);
}

TEST_F(ConnectionTest, VerifiesWhereThatIsWanted) {
    const Certificate certificate;
    auto server = TlsServer::load(certificate.certificate_file(), certificate.key_file()).value();
    auto trusting = TlsClient::verifying(certificate.certificate_file()).value();
    auto strange = TlsClient::verifying().value();
    struct Row {
        TlsClient* client;
        const char* host;
        bool is_good;
    };
    for (const Row& row :
         {Row{&trusting, "host.example", true}, Row{&trusting, "other.example", false},
          Row{&strange, "host.example", false}}) {
        Pair pair = make_pair(loop_);
        bool is_up = false;
        asio::co_spawn(loop_, serve_tls(*pair.server, server, &is_up), asio::detached);
        const auto done = run(loop_, pair.client->start_tls(*row.client, row.host, 10s));
        EXPECT_EQ(done.has_value(), row.is_good) << row.host << ' ' << pair.client->tls_problem();
        EXPECT_EQ(pair.client->tls_problem().empty(), row.is_good);
        pair.client->cancel();
        pair.server->cancel();
        loop_.restart();
        loop_.poll();
    }
}

TEST_F(ConnectionTest, HandshakeEndsAtItsDeadline) {
    auto client = TlsClient::opportunistic().value();
    const auto done = run(loop_, pair_.client->start_tls(client, "host.example", 5ms));
    EXPECT_EQ(done.error(), Failure::timed_out);
    EXPECT_FALSE(pair_.client->is_encrypted());
}

TEST(Tls, NamesTheFileItCannotUse) {
    const auto server = TlsServer::load("/no/such.pem", "/no/such.key");
    ASSERT_FALSE(server);
    EXPECT_TRUE(server.error().message.contains("/no/such.pem"));
}

}  // namespace
}  // namespace turnaway::io
