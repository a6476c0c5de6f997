#include "io/dns/route_cache.h"

#include <gtest/gtest.h>

#include "fake/zone_resolver.h"
#include "loop.h"

namespace turnaway::io {
namespace {

mail::Domain domain(std::string_view text) {
    return mail::Domain::parse(text).value();
}

class RouteCacheTest : public testing::Test {
  protected:
    RouteCache::Done note() {
        return [this](RoutePtr route) { found_.push_back(std::move(route)); };
    }

    asio::io_context loop_;
    fake::ZoneResolver resolver_{
        "$SECURE example\n"
        "one.example 60 MX 10 mx.example\n"
        "mx.example 60 A 192.0.2.1\n"
        "null.example 60 MX 0 .\n"
        "none.example 60 TIMEOUT\n"};
    std::vector<RoutePtr> found_;
};

TEST_F(RouteCacheTest, OneLookupForAllWhoAsk) {
    RouteCache cache(loop_, resolver_, {});
    resolver_.hold();
    for (int i = 0; i < 3; ++i) cache.find(domain("null.example"), note());
    EXPECT_EQ(cache.lookups_open(), 1U);
    EXPECT_EQ(cache.peek(domain("null.example"), RouteCache::Clock::now()), nullptr);
    resolver_.release();
    ASSERT_EQ(found_.size(), 3U);
    EXPECT_EQ(found_[0]->kind, route::RouteKind::null_mx);
    EXPECT_EQ(found_[0], found_[2]);
    EXPECT_EQ(resolver_.questions_count(), 1U);
    EXPECT_EQ(cache.lookups_open(), 0U);
}

TEST_F(RouteCacheTest, RemembersAsLongAsTheRouteSays) {
    RouteCache cache(loop_, resolver_, {});
    cache.find(domain("one.example"), note());
    const auto asked = resolver_.questions_count();
    cache.find(domain("one.example"), note());
    EXPECT_EQ(resolver_.questions_count(), asked);
    ASSERT_EQ(found_.size(), 2U);
    EXPECT_EQ(found_[0]->kind, route::RouteKind::hosts);
    const auto now = RouteCache::Clock::now();
    EXPECT_EQ(cache.peek(domain("one.example"), now), found_[0].get());
    EXPECT_EQ(cache.peek(domain("one.example"), now + 61s), nullptr);
    cache.forget(domain("one.example"));
    EXPECT_EQ(cache.peek(domain("one.example"), now), nullptr);
}

TEST_F(RouteCacheTest, NewSettingsForgetWhatWasFoundUnderOldOnes) {
    RouteCache cache(loop_, resolver_, {});
    cache.find(domain("one.example"), note());
    RouteCache::Settings changed;
    changed.route.our_names.push_back(domain("mx.example"));
    cache.change(changed);
    EXPECT_EQ(cache.size(), 0U);
    cache.find(domain("one.example"), note());
    ASSERT_EQ(found_.size(), 2U);
    EXPECT_EQ(found_[0]->kind, route::RouteKind::hosts);
    EXPECT_NE(found_[1]->kind, route::RouteKind::hosts);  // the host is ourselves now
}

TEST_F(RouteCacheTest, GivesUpOnASilentResolver) {
    RouteCache::Settings settings;
    settings.give_up = 5ms;
    RouteCache cache(loop_, resolver_, settings);
    resolver_.hold();
    const RoutePtr route = run(loop_, lookup(cache, domain("one.example")));
    EXPECT_EQ(route->kind, route::RouteKind::later);
    EXPECT_EQ(route->failure, route::DnsFailure::timeout);
    resolver_.release();  // too late for anybody, and no harm
    EXPECT_EQ(cache.lookups_open(), 0U);
}

TEST_F(RouteCacheTest, AsksOnceMoreWhereNobodyValidated) {
    RouteCache cache(loop_, resolver_, {});
    cache.find(domain("gone.test"), note());
    const route::DnsQuestion mx{domain("gone.test"), route::DnsType::mx};
    EXPECT_EQ(resolver_.questions_count(mx), 2U);
    cache.find(domain("gone.example"), note());
    EXPECT_EQ(resolver_.questions_count({domain("gone.example"), route::DnsType::mx}), 1U);
    EXPECT_EQ(found_.at(0)->kind, route::RouteKind::no_such_domain);
}

TEST_F(RouteCacheTest, TheLeastUsedGoesFirst) {
    RouteCache::Settings settings;
    settings.routes_max = 2;
    RouteCache cache(loop_, resolver_, settings);
    for (const char* name : {"one.example", "null.example", "one.example", "gone.example"}) {
        cache.find(domain(name), note());
    }
    EXPECT_EQ(cache.size(), 2U);
    EXPECT_NE(cache.peek(domain("one.example"), RouteCache::Clock::now()), nullptr);
    EXPECT_EQ(cache.peek(domain("null.example"), RouteCache::Clock::now()), nullptr);
}

TEST_F(RouteCacheTest, LookupsMayOutliveTheCache) {
    {
        RouteCache cache(loop_, resolver_, {});
        resolver_.hold();
        cache.find(domain("one.example"), note());
        asio::co_spawn(loop_, lookup(cache, domain("two.example")),
                       [](const std::exception_ptr&, const RoutePtr&) { FAIL(); });
        loop_.poll();
    }
    resolver_.release();
    loop_.restart();
    loop_.poll();
    EXPECT_TRUE(found_.empty());
}

TEST_F(RouteCacheTest, ACoroutineGetsWhatIsKnown) {
    RouteCache cache(loop_, resolver_, {});
    const auto first = run(loop_, lookup(cache, domain("one.example")));
    EXPECT_EQ(first, run(loop_, lookup(cache, domain("one.example"))));
    EXPECT_EQ(run(loop_, lookup(cache, domain("none.example")))->kind, route::RouteKind::later);
}

}  // namespace
}  // namespace turnaway::io
