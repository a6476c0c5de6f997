// The checker with DNS from zone text and hosts on loopback: hosts in parallel, the way out asked
// for once, an end whatever hosts do.
#include "probe/domain_checker.h"

#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <string>
#include <vector>

#include "fake/zone_resolver.h"
#include "unit/io/loop.h"

namespace turnaway::probe {
namespace {

using asio::ip::tcp;
using check::Assessment;

// Greets everybody who comes and then only listens; with nothing to say it is silent.
asio::awaitable<void> serve(tcp::acceptor& acceptor, std::string greeting, int& clients) {
    std::vector<std::unique_ptr<tcp::socket>> open;
    while (true) {
        open.push_back(
            std::make_unique<tcp::socket>(co_await acceptor.async_accept(asio::use_awaitable)));
        ++clients;
        if (greeting.empty()) continue;
        co_await asio::async_write(*open.back(), asio::buffer(greeting), asio::use_awaitable);
    }
}

struct Host {
    Host(asio::io_context& loop, const char* address, std::uint16_t port, std::string greeting)
        : acceptor(loop, tcp::endpoint(asio::ip::make_address(address), port)) {
        asio::co_spawn(loop, serve(acceptor, std::move(greeting), clients), asio::detached);
    }
    std::uint16_t port() const { return acceptor.local_endpoint().port(); }
    tcp::acceptor acceptor;
    int clients = 0;
};

DomainChecker::Settings settings_for(std::uint16_t port) {
    DomainChecker::Settings settings;
    settings.check = {
        .loopback_allowed = true, .connects = true, .asks_egress = true, .port = port};
    settings.probe.step_wait = std::chrono::seconds(20);
    return settings;
}

std::vector<Assessment> run_checks(asio::io_context& loop, DomainChecker& checker,
                                   const std::vector<std::string>& inputs) {
    std::vector<Assessment> found;
    bool is_done = false;
    for (const std::string& input : inputs) {
        checker.start(check::parse_subject(input, false).value(), [&](const Assessment& one) {
            found.push_back(one);
            is_done = found.size() == inputs.size();
        });
    }
    io::run_until(loop, is_done);
    return found;
}

constexpr std::string_view zone =
    "a.example MX 10 mx.example\nb.example MX 10 mx.example\nmx.example A 127.0.0.1\n"
    "two.example MX 10 mx.example\ntwo.example MX 20 mx2.example\nmx2.example A 127.0.0.1\n"
    "null.example MX 0 .";

TEST(DomainChecker, AsksAHostOnceForAllItsNames) {
    asio::io_context loop;
    fake::ZoneResolver resolver(zone);
    Host host(loop, "127.0.0.1", 0, "521 mx.example Host does not accept mail\r\n");
    DomainChecker checker(loop, resolver, settings_for(host.port()));
    const auto found = run_checks(loop, checker, {"two.example"});
    EXPECT_EQ(found[0].verdict, check::Verdict::refuses_521);
    EXPECT_EQ(found[0].probes.size(), 2U);
    EXPECT_EQ(host.clients, 1);
}

TEST(DomainChecker, AsksForTheWayOutOnceForAll) {
    asio::io_context loop;
    fake::ZoneResolver resolver(zone);
    Host egress(loop, "127.0.0.1", 0, "554 not for you\r\n");
    Host host(loop, "127.0.0.2", 0, "");
    const auto port = host.port();
    host.acceptor.close();  // now nobody listens there
    auto settings = settings_for(port);
    settings.egress = {
        check::parse_egress_target("127.0.0.1:" + std::to_string(egress.port())).value()};
    resolver.add("c.example MX 10 h.example\nd.example MX 10 h.example\nh.example A 127.0.0.2");
    DomainChecker checker(loop, resolver, settings);
    const auto found = run_checks(loop, checker, {"c.example", "d.example", "null.example"});
    for (const Assessment& one : found) {
        const bool is_null = one.verdict == check::Verdict::null_mx;
        EXPECT_EQ(one.egress.has_value(), !is_null);
        if (is_null) continue;
        EXPECT_EQ(one.verdict, check::Verdict::unreachable);
        EXPECT_EQ(one.egress->finding, check::Egress::Finding::open);
    }
    EXPECT_EQ(egress.clients, 1);
}

TEST(DomainChecker, EndsWhateverHostsDo) {
    asio::io_context loop;
    fake::ZoneResolver resolver(zone);
    Host silent(loop, "127.0.0.1", 0, "");
    auto settings = settings_for(silent.port());
    settings.probe.step_wait = std::chrono::minutes(10);
    settings.give_up = std::chrono::milliseconds(50);
    DomainChecker checker(loop, resolver, settings);
    const auto found = run_checks(loop, checker, {"a.example"});
    EXPECT_EQ(found[0].verdict, check::Verdict::unreachable);
    EXPECT_EQ(found[0].probes[0].result.end, check::ProbeEnd::timed_out);
}

TEST(DomainChecker, DropsWhatIsUnderWayWhenItGoes) {
    asio::io_context loop;
    fake::ZoneResolver resolver(zone);
    resolver.hold();
    bool was_called = false;
    {
        DomainChecker checker(loop, resolver, settings_for(25));
        checker.start(check::parse_subject("a.example", false).value(),
                      [&](const Assessment&) { was_called = true; });
    }
    EXPECT_FALSE(was_called);
}

}  // namespace
}  // namespace turnaway::probe
