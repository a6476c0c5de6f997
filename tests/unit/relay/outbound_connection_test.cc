// A connection to a host: kept between messages, dialled anew when the host has closed it, and TLS
// as the destination demands.
#include "relay/deliver/outbound_connection.h"

#include "unit/relay/scene.h"

namespace turnaway::relay {
namespace {

class OutboundConnectionTest : public testing::Test {
  protected:
    Dialogue deliver(OutboundConnection& connection, const MailHost& host,
                     smtp::TlsPolicy tls = smtp::TlsPolicy::opportunistic) {
        const auto stored = fake::stored_of(++last_, 100);
        smtp::ClientMessage message;
        message.envelope.reverse_path = stored.message.envelope.reverse_path;
        message.envelope.recipients = {{.address = fake::address_of("bob@one.example")}};
        message.content_bytes = stored.message.content_bytes;
        const HostAddress where{.host = "mx.example",
                                .address = *route::IpAddress::parse("127.0.0.1"),
                                .port = host.port()};
        std::optional<Dialogue> dialogue;
        io::start(scene_->loop(), "a delivery of the test",
                  keep(connection.deliver(where, tls, message, stored.content), &dialogue));
        scene_->run_until([&] { return dialogue.has_value(); });
        return *std::move(dialogue);
    }

    void open(MailHost& host) { scene_.emplace("", &host); }
    RelayScene& scene() { return *scene_; }

  private:
    static asio::awaitable<void> keep(asio::awaitable<Dialogue> work,
                                      std::optional<Dialogue>* result) {
        result->emplace(co_await std::move(work));
    }

    std::optional<RelayScene> scene_;
    std::uint64_t last_ = 0;
};

bool is_delivered(const Dialogue& dialogue) {
    return !dialogue.host_outcome && dialogue.outcomes.size() == 1 && dialogue.outcomes.front() &&
           dialogue.outcomes.front()->verdict == smtp::ClientVerdict::delivered;
}

TEST_F(OutboundConnectionTest, IsKeptForAFurtherMessage) {
    MailHost host;
    open(host);
    OutboundConnection connection(scene().shard());
    EXPECT_TRUE(is_delivered(deliver(connection, host)));
    EXPECT_TRUE(connection.is_ready());
    EXPECT_TRUE(is_delivered(deliver(connection, host)));
    EXPECT_EQ(host.connections(), 1U);
}

TEST_F(OutboundConnectionTest, IsDialledAnewWhenTheHostClosedItMeanwhile) {
    MailHost host;
    open(host);
    OutboundConnection connection(scene().shard());
    host.close_after("content");
    EXPECT_TRUE(is_delivered(deliver(connection, host)));
    EXPECT_TRUE(is_delivered(deliver(connection, host))) << "no word on this message";
    EXPECT_EQ(host.connections(), 2U);
}

TEST_F(OutboundConnectionTest, GivesNobodyAMessageThatMayBelongToAnotherRelay) {
    MailHost host;
    open(host);
    OutboundConnection connection(scene().shard());
    EXPECT_TRUE(is_delivered(deliver(connection, host)));
    scene().spool().set_owner(false);
    for (const bool is_kept : {true, false}) {
        EXPECT_EQ(connection.is_ready(), is_kept);
        const auto given_up = deliver(connection, host);
        EXPECT_FALSE(given_up.host_outcome) << "it is not the host's fault";
        EXPECT_FALSE(given_up.own_fault.empty());
    }
    EXPECT_EQ(host.count("MAIL"), 1U);
}

TEST_F(OutboundConnectionTest, IsNotKeptForAnotherDemandOnTls) {
    MailHost host;
    open(host);
    OutboundConnection connection(scene().shard());
    EXPECT_TRUE(is_delivered(deliver(connection, host)));
    const auto demanded = deliver(connection, host, smtp::TlsPolicy::required);
    ASSERT_TRUE(demanded.host_outcome);
    EXPECT_EQ(demanded.host_outcome->cause, smtp::ClientCause::tls_not_offered);
    EXPECT_EQ(host.count("MAIL"), 1U) << "nothing goes in the clear";
}

TEST_F(OutboundConnectionTest, GoesOnInTheClearWhereTlsNobodyDemandedFails) {
    MailHost host({{"EHLO", "250-mx.example\r\n250 STARTTLS"}, {"STARTTLS", "220 go"}});
    host.close_after("STARTTLS");
    open(host);
    OutboundConnection connection(scene().shard());
    EXPECT_TRUE(is_delivered(deliver(connection, host)));
    EXPECT_EQ(host.count("STARTTLS"), 1U);
    EXPECT_EQ(host.connections(), 2U);
}

TEST_F(OutboundConnectionTest, DoesNotGoOnWhereTlsIsDemanded) {
    MailHost host({{"EHLO", "250-mx.example\r\n250 STARTTLS"}, {"STARTTLS", "220 go"}});
    host.close_after("STARTTLS");
    open(host);
    OutboundConnection connection(scene().shard());
    const auto dialogue = deliver(connection, host, smtp::TlsPolicy::required);
    ASSERT_TRUE(dialogue.host_outcome);
    EXPECT_EQ(dialogue.host_outcome->cause, smtp::ClientCause::tls_failed);
    EXPECT_EQ(host.connections(), 1U);
    EXPECT_EQ(host.count("MAIL"), 0U);
}

TEST_F(OutboundConnectionTest, LeavesWithQuit) {
    MailHost host;
    open(host);
    OutboundConnection connection(scene().shard());
    EXPECT_TRUE(is_delivered(deliver(connection, host)));
    bool has_left = false;
    const auto leave = [&]() -> asio::awaitable<void> {
        co_await connection.leave();
        has_left = true;
    };
    io::start(scene().loop(), "the goodbye of the test", leave());
    scene().run_until([&] { return has_left; });
    EXPECT_EQ(host.count("QUIT"), 1U);
    EXPECT_FALSE(connection.is_ready());
}

}  // namespace
}  // namespace turnaway::relay
