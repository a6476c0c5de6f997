#include "io/dns/unbound_resolver.h"

#include <gtest/gtest.h>

#include "dns_server.h"
#include "io/dns/dns_message.h"
#include "loop.h"

namespace turnaway::io {
namespace {

using route::DnsAnswer;
using route::DnsFailure;
using route::DnsOutcome;
using route::DnsQuestion;
using route::DnsType;

DnsQuestion question(std::string_view name, DnsType type) {
    return {mail::Domain::parse(name).value(), type};
}

class UnboundResolverTest : public testing::Test {
  protected:
    void open(UnboundResolver::Settings settings) {
        auto opened = UnboundResolver::open(loop_, settings);
        ASSERT_TRUE(opened) << opened.error().message;
        resolver_ = *std::move(opened);
    }
    void open_with_server() {
        UnboundResolver::Settings settings;
        settings.forward = {server_.address()};
        open(settings);
    }
    DnsAnswer ask(std::string_view name, DnsType type = DnsType::mx) {
        bool done = false;
        DnsAnswer answer;
        resolver_->ask(question(name, type), [&](const DnsAnswer& found) {
            answer = found;
            done = true;
        });
        run_until(loop_, done);
        return answer;
    }

    asio::io_context loop_;
    DnsServer server_{loop_};
    std::unique_ptr<UnboundResolver> resolver_;
};

TEST_F(UnboundResolverTest, AnswersFromLocalData) {
    UnboundResolver::Settings settings;
    settings.resolv_conf.clear();
    settings.local_zones = {"test."};
    settings.local_data = {
        "null.test. 300 IN MX 0 .",
        "odd.test. 300 IN MX 10 mx.test.",
        "odd.test. 300 IN MX 20 not\\032a\\.name.test.",
        "mx.test. 300 IN A 127.0.0.2",
        "mx.test. 300 IN AAAA ::1",
    };
    open(settings);
    const DnsAnswer null = ask("null.test");
    ASSERT_EQ(null.outcome, DnsOutcome::answered);
    EXPECT_EQ(null.mx.at(0), (route::MxRecord{0, mail::Domain::root()}));
    EXPECT_EQ(null.ttl_seconds, 300U);
    DnsAnswer odd = ask("odd.test");
    ASSERT_EQ(odd.mx.size(), 2U);
    std::ranges::sort(odd.mx);
    EXPECT_EQ(odd.mx[0].exchange, route::MxExchange(mail::Domain::parse("mx.test").value()));
    EXPECT_EQ(odd.mx[1].exchange,
              route::MxExchange(route::UnreadableName{"not\\032a\\.name.test"}));
    EXPECT_EQ(ask("mx.test", DnsType::a).addresses.at(0).text(), "127.0.0.2");
    EXPECT_EQ(ask("mx.test", DnsType::aaaa).addresses.at(0).text(), "::1");
    EXPECT_EQ(ask("mx.test").outcome, DnsOutcome::no_data);
    EXPECT_EQ(ask("gone.test").outcome, DnsOutcome::no_such_name);
}

TEST_F(UnboundResolverTest, ForwardsEveryNameAndReadsTheAnswer) {
    server_.add("one.test", DnsServer::mx,
                DnsServer::wire_mx(10, DnsServer::wire_name("MX.one.test")));
    server_.add("mx.one.test", DnsServer::a, {10, 0, 0, 1});
    server_.add("host.localhost", DnsServer::a, {127, 0, 0, 1});
    open_with_server();
    const DnsAnswer one = ask("one.test");
    ASSERT_EQ(one.outcome, DnsOutcome::answered);
    EXPECT_EQ(route::exchange_text(one.mx.at(0).exchange), "mx.one.test");
    EXPECT_EQ(one.mx[0].preference, 10);
    EXPECT_GT(one.ttl_seconds, 70U);
    EXPECT_LE(one.ttl_seconds, 77U);
    EXPECT_FALSE(one.is_secure);
    EXPECT_EQ(ask("mx.one.test", DnsType::a).addresses.at(0).text(), "10.0.0.1");
    EXPECT_EQ(ask("host.localhost", DnsType::a).addresses.at(0).text(), "127.0.0.1");
    EXPECT_EQ(ask("mx.one.test", DnsType::aaaa).outcome, DnsOutcome::no_data);
    EXPECT_EQ(ask("gone.test").outcome, DnsOutcome::no_such_name);
}

TEST_F(UnboundResolverTest, ReadsTextOfNamesWithUnderscores) {
    server_.add("_dmarc.one.test", DnsServer::txt, "\11v=DMARC1;\11 p=reject");
    server_.add("one.test", DnsServer::txt, "\4v=sp\7f1 -all");
    server_.add("one.test", DnsServer::txt, std::string("\2\0\xe2", 3));
    server_.add("broken.test", DnsServer::txt, "\11short");
    open_with_server();
    const DnsAnswer dmarc = ask("_dmarc.one.test", DnsType::txt);
    ASSERT_EQ(dmarc.outcome, DnsOutcome::answered);
    EXPECT_EQ(dmarc.texts, std::vector<std::string>{"v=DMARC1; p=reject"});
    EXPECT_TRUE(dmarc.mx.empty() && dmarc.addresses.empty());
    std::vector<std::string> texts = ask("one.test", DnsType::txt).texts;
    std::ranges::sort(texts);
    EXPECT_EQ(texts, (std::vector<std::string>{std::string("\0\xe2", 2), "v=spf1 -all"}));
    EXPECT_EQ(ask("_dmarc.gone.test", DnsType::txt).outcome, DnsOutcome::no_such_name);
    EXPECT_EQ(ask("broken.test", DnsType::txt).outcome, DnsOutcome::failed);
}

TEST_F(UnboundResolverTest, FollowsCname) {
    server_.add("alias.test", DnsServer::cname, DnsServer::wire_name("real.test"));
    server_.add("real.test", DnsServer::a, {10, 0, 0, 2});
    server_.add("lost.test", DnsServer::cname, DnsServer::wire_name("nowhere.test"));
    open_with_server();
    const DnsAnswer answer = ask("alias.test", DnsType::a);
    ASSERT_EQ(answer.outcome, DnsOutcome::answered);
    EXPECT_EQ(answer.addresses.at(0).text(), "10.0.0.2");
    EXPECT_EQ(answer.canonical_name, mail::Domain::parse("real.test").value());
    EXPECT_EQ(ask("real.test", DnsType::a).canonical_name, std::nullopt);
    EXPECT_EQ(ask("lost.test", DnsType::a).outcome, DnsOutcome::no_such_name);
}

TEST_F(UnboundResolverTest, EqualQuestionsCostOneLookup) {
    server_.add("one.test", DnsServer::a, {10, 0, 0, 1});
    open_with_server();
    int answers = 0;
    bool done = false;
    for (int i = 0; i < 5; ++i) {
        resolver_->ask(question("one.test", DnsType::a), [&](const DnsAnswer& answer) {
            EXPECT_EQ(answer.outcome, DnsOutcome::answered);
            done = ++answers == 5;
        });
    }
    run_until(loop_, done);
    EXPECT_EQ(server_.questions("one.test"), 1U);
}

TEST_F(UnboundResolverTest, ASilentServerIsATimeout) {
    server_.be_silent_about("silent.test");
    server_.add("one.test", DnsServer::a, {10, 0, 0, 1});
    UnboundResolver::Settings settings;
    settings.forward = {server_.address()};
    settings.deadline = 100ms;
    open(settings);
    const DnsAnswer answer = ask("silent.test");
    EXPECT_EQ(answer.outcome, DnsOutcome::failed);
    EXPECT_EQ(answer.failure, DnsFailure::timeout);
    EXPECT_EQ(ask("one.test", DnsType::a).outcome, DnsOutcome::answered);
}

TEST_F(UnboundResolverTest, ADeadServerIsAFailureInTime) {
    UnboundResolver::Settings settings;
    settings.forward = {"127.0.0.1@1"};
    settings.deadline = 200ms;
    open(settings);
    const DnsAnswer answer = ask("one.test");
    EXPECT_EQ(answer.outcome, DnsOutcome::failed);
    EXPECT_FALSE(answer.is_secure);
}

// More of them than there are sockets: those about one dead zone may not have all.
TEST_F(UnboundResolverTest, ManyNamesOfADeadZoneDelayNoOther) {
    server_.add("one.test", DnsServer::a, {10, 0, 0, 1});
    open_with_server();
    int given_up = 0;
    for (int i = 0; i < 700; ++i) {
        const std::string name = "r" + std::to_string(i) + ".dead.test";
        server_.be_silent_about(name);
        resolver_->ask(question(name, DnsType::mx), [&](const DnsAnswer&) { ++given_up; });
    }
    EXPECT_EQ(ask("one.test", DnsType::a).outcome, DnsOutcome::answered);
    EXPECT_EQ(given_up, 0);
}

// libunbound goes on with it, so its place is not free.
TEST_F(UnboundResolverTest, AQuestionThatWasGivenUpKeepsItsPlace) {
    server_.be_silent_about("one.dead.test");
    server_.be_silent_about("two.dead.test");
    server_.add("one.test", DnsServer::a, {10, 0, 0, 1});
    UnboundResolver::Settings settings;
    settings.forward = {server_.address()};
    settings.deadline = 50ms;
    settings.questions_max = 4;  // one for a zone
    open(settings);
    EXPECT_EQ(ask("one.dead.test").failure, DnsFailure::timeout);
    EXPECT_EQ(ask("two.dead.test").failure, DnsFailure::timeout);
    EXPECT_EQ(server_.questions("two.dead.test"), 0U);
    EXPECT_EQ(ask("one.test", DnsType::a).outcome, DnsOutcome::answered);
}

TEST_F(UnboundResolverTest, ServfailIsAFailure) {
    server_.fail_for("bad.test");
    open_with_server();
    const DnsAnswer answer = ask("bad.test");
    EXPECT_EQ(answer.outcome, DnsOutcome::failed);
}

// RFC 1123 section 6.1.3.2. libunbound fails then, with the truncated packet in its buffer.
TEST_F(UnboundResolverTest, ATruncatedAnswerWithoutTcpIsAFailure) {
    for (const auto type : {DnsType::mx, DnsType::a, DnsType::aaaa, DnsType::txt}) {
        server_.truncate_for("long.test");
        server_.add("long.test", static_cast<std::uint16_t>(wire_type(type)), {1, 2, 3, 4});
        open_with_server();
        EXPECT_EQ(ask("long.test", type).outcome, DnsOutcome::failed) << name(type);
    }
}

// A forwarder that answers from its cache may leave the SOA out, and a lame server has none.
TEST_F(UnboundResolverTest, AnAbsenceWithoutAZoneIsAskedAbout) {
    server_.add("there.test", DnsServer::txt, "\1x");
    server_.leave_zone_out_for("there.test");
    server_.leave_zone_out_for("gone.test");
    server_.add("lame.test", DnsServer::mx, DnsServer::wire_mx(0, DnsServer::wire_name("")));
    server_.know_nothing_about("lame.test");
    open_with_server();
    EXPECT_EQ(ask("there.test").outcome, DnsOutcome::failed);
    const DnsAnswer there = ask("there.test", DnsType::aaaa);
    EXPECT_EQ(there.outcome, DnsOutcome::no_data);
    EXPECT_GT(there.ttl_seconds, 50U);
    EXPECT_LE(there.ttl_seconds, 60U);
    EXPECT_EQ(ask("gone.test").outcome, DnsOutcome::no_such_name);
    EXPECT_EQ(ask("lame.test").outcome, DnsOutcome::failed);
}

// Some forwarders take the authority section away: without an SOA anywhere, the absence counts.
TEST_F(UnboundResolverTest, AForwarderWithoutAuthoritySectionsIsBelieved) {
    const std::string zone = DnsServer::wire_name("ns.test") + DnsServer::wire_name("who.test") +
                             std::string(19, '\0') + '<';
    server_.leave_zones_out();
    server_.add("", DnsServer::soa, zone);
    server_.add("apex.test", DnsServer::soa, zone);
    server_.add("mx.apex.test", DnsServer::txt, "\1x");
    open_with_server();
    for (const auto type : {DnsType::mx, DnsType::a, DnsType::aaaa, DnsType::txt}) {
        EXPECT_EQ(ask("apex.test", type).outcome, DnsOutcome::no_data) << name(type);
        EXPECT_EQ(ask("gone.test", type).outcome, DnsOutcome::no_such_name) << name(type);
    }
    EXPECT_EQ(ask("mx.apex.test", DnsType::a).outcome, DnsOutcome::no_data);
    EXPECT_EQ(ask("mx.apex.test", DnsType::txt).outcome, DnsOutcome::answered);
}

// It says of every name that there is nothing, of the root too.
TEST_F(UnboundResolverTest, AServerThatKnowsNothingIsNotBelieved) {
    server_.leave_zones_out();
    for (const char* name : {"", "test", "lame.test"}) server_.know_nothing_about(name);
    open_with_server();
    for (const auto type : {DnsType::mx, DnsType::a, DnsType::aaaa, DnsType::txt}) {
        EXPECT_EQ(ask("lame.test", type).outcome, DnsOutcome::failed) << name(type);
    }
}

TEST_F(UnboundResolverTest, OpenQuestionsAreDroppedWithTheResolver) {
    server_.be_silent_about("silent.test");
    open_with_server();
    const auto token = std::make_shared<int>(0);
    resolver_->ask(question("silent.test", DnsType::mx), [token](const DnsAnswer&) { FAIL(); });
    loop_.poll();
    resolver_.reset();
    loop_.restart();
    loop_.poll();
    EXPECT_EQ(token.use_count(), 1);
}

TEST_F(UnboundResolverTest, AnAnswerMayEndTheResolver) {
    server_.add("one.test", DnsServer::a, {10, 0, 0, 1});
    open_with_server();
    bool done = false;
    resolver_->ask(question("one.test", DnsType::a), [&](const DnsAnswer&) {
        resolver_.reset();
        done = true;
    });
    run_until(loop_, done);
}

TEST_F(UnboundResolverTest, NamesTheSettingItCannotUse) {
    UnboundResolver::Settings settings;
    settings.forward = {"ns.example"};
    const auto by_name = UnboundResolver::open(loop_, settings);
    ASSERT_FALSE(by_name);
    EXPECT_TRUE(by_name.error().message.contains("ns.example"));
    settings.forward = {};
    settings.local_data = {"no zone line"};
    EXPECT_FALSE(UnboundResolver::open(loop_, settings));
    settings.local_data = {};
    settings.trust_anchor_file = "/no/such/anchor";
    EXPECT_FALSE(UnboundResolver::open(loop_, settings));
}

}  // namespace
}  // namespace turnaway::io
