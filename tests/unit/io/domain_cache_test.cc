#include "io/dns/domain_cache.h"

#include <gtest/gtest.h>

namespace turnaway::io {
namespace {

using namespace std::chrono_literals;

constexpr DomainCache<int>::Time now{1h};

mail::Domain domain(std::string_view text) {
    return mail::Domain::parse(text).value();
}

TEST(DomainCache, KnowsForAsLongAsItMay) {
    DomainCache<int> cache({.entries = 10, .bytes = 10'000});
    cache.keep(domain("a.example"), 1, now + 10s, 0);
    ASSERT_NE(cache.find(domain("a.example"), now), nullptr);
    EXPECT_EQ(*cache.use(domain("a.example"), now + 9s), 1);
    EXPECT_EQ(cache.find(domain("a.example"), now + 10s), nullptr);
    EXPECT_EQ(cache.use(domain("b.example"), now), nullptr);
    cache.keep(domain("a.example"), 2, now + 20s, 0);
    EXPECT_EQ(*cache.find(domain("a.example"), now + 15s), 2);
    EXPECT_EQ(cache.size(), 1U);
    cache.clear();
    EXPECT_EQ(cache.size(), 0U);
}

TEST(DomainCache, WhatWasNotUsedForLongestGoesFirst) {
    DomainCache<int> cache({.entries = 2, .bytes = 10'000});
    cache.keep(domain("a.example"), 1, now + 1h, 0);
    cache.keep(domain("b.example"), 2, now + 1h, 0);
    cache.use(domain("a.example"), now);
    cache.keep(domain("c.example"), 3, now + 1h, 0);
    EXPECT_NE(cache.find(domain("a.example"), now), nullptr);
    EXPECT_EQ(cache.find(domain("b.example"), now), nullptr);
}

TEST(DomainCache, HoldsNoMoreThanItsBytes) {
    DomainCache<int> cache({.entries = 1000, .bytes = 10'000});
    for (int i = 0; i < 100; ++i) {
        cache.keep(domain("d" + std::to_string(i) + ".example"), i, now + 1h, 1000);
        EXPECT_LE(cache.size(), 9U);
    }
    EXPECT_NE(cache.find(domain("d99.example"), now), nullptr);
    cache.keep(domain("large.example"), 0, now + 1h, 20'000);
    EXPECT_EQ(cache.find(domain("large.example"), now), nullptr);
    EXPECT_GE(cache.size(), 5U);
}

}  // namespace
}  // namespace turnaway::io
