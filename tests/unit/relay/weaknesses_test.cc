#include "relay/config/weaknesses.h"

#include <gtest/gtest.h>

namespace turnaway::relay {
namespace {

std::vector<Weakness> found(std::string_view relay, std::string_view hostname = "relay.example") {
    const std::string text =
        "hostname = \"" + std::string(hostname) + "\"\n[relay]\npostmaster = \"ops@example.org\"\n";
    return weaknesses_of(parse_config(text + std::string(relay), "x.conf").value());
}

TEST(Weaknesses, AGoodConfigurationHasNone) {
    EXPECT_TRUE(found("networks = [\"127.0.0.0/8\", \"10.0.0.0/8\", \"192.0.2.0/24\", "
                      "\"2001:db8::/32\", \"fc00::/7\", \"8.0.0.0/8\"]\n")
                    .empty());
}

// However it is written.
TEST(Weaknesses, TellsAnOpenRelay) {
    for (const std::string_view networks :
         {"\"0.0.0.0/0\"", "\"::/0\"", "\"0.0.0.0/1\", \"128.0.0.0/1\"", "\"::ffff:0:0/96\"",
          "\"::ffff:0:0/97\", \"::ffff:128.0.0.0/97\"", "\"2000::/3\"", "\"::/1\", \"8000::/1\"",
          "\"0.0.0.0/2\", \"64.0.0.0/2\", \"192.0.0.0/2\", \"128.0.0.0/2\"", "\"128.0.0.0/1\"",
          "\"1.0.0.0/8\", \"2.0.0.0/7\"", "\"2000::/4\"", "\"2001::/16\""}) {
        const auto weaknesses = found("networks = [" + std::string(networks) + "]\n");
        ASSERT_EQ(weaknesses.size(), 1U) << networks;
        EXPECT_TRUE(weaknesses[0].is_grave);
        EXPECT_NE(weaknesses[0].words.find("open relay"), std::string::npos);
    }
    EXPECT_EQ(found("networks = [\"0.0.0.0/0\", \"::/0\"]\n").size(), 2U);
    EXPECT_NE(found("networks = [\"128.0.0.0/1\"]\n")[0].words.find("percent"), std::string::npos);
}

TEST(Weaknesses, TellsANameWithoutADomain) {
    const auto weaknesses = found("", "relay");
    ASSERT_EQ(weaknesses.size(), 1U);
    EXPECT_NE(weaknesses[0].text().find("hostname is \"relay\""), std::string::npos);
}

TEST(Weaknesses, TellsThatUnknownUsersAreTaken) {
    ASSERT_EQ(found("domains = [\"example.org\"]\n").size(), 1U);
    EXPECT_NE(found("domains = [\"example.org\"]\n")[0].fix.find("verify"), std::string::npos);
    EXPECT_TRUE(found("domains = [\"example.org\"]\nrecipients = \"verify\"\n").empty());
}

TEST(Weaknesses, TellsThatAnswersToReportsFindNoWay) {
    const auto with = [](std::string_view rest) {
        const std::string head = "hostname = \"relay.example\"\n";
        return weaknesses_of(parse_config(head + std::string(rest), "x.conf").value());
    };
    ASSERT_EQ(with("").size(), 1U);
    EXPECT_NE(with("")[0].words.find("postmaster@relay.example"), std::string::npos);
    EXPECT_TRUE(with("[relay]\npostmaster = \"ops@example.org\"\n").empty());
    EXPECT_TRUE(with("[report]\nfrom = \"ops@example.org\"\n").empty()) << "not our mail";
    EXPECT_EQ(with("[report]\nfrom = \"ops@relay.example\"\n").size(), 1U);
    EXPECT_EQ(
        with("[relay]\nown_names = [\"mx.example\"]\n[report]\nfrom = \"ops@mx.example\"\n").size(),
        1U);
    EXPECT_EQ(with("[relay]\nmailless = [\"example.org\"]\n[report]\nfrom = \"ops@example.org\"\n")
                  .size(),
              1U);
    EXPECT_TRUE(with("[relay]\ndomains = [\"relay.example\"]\nrecipients = \"verify\"\n"
                     "[route]\n\"relay.example\" = \"127.0.0.1:2526\"\n")
                    .empty());
}

}  // namespace
}  // namespace turnaway::relay
