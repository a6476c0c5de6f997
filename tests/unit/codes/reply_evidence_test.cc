// The name of a host is not a reason.
#include "codes/reply_evidence.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "codes/interpretation.h"

namespace turnaway::codes {
namespace {

std::optional<Cause> cause_of(std::string_view reply) {
    ReplyReader reader;
    const auto reading = reader.read(reply);
    return judge(*reading).cause;
}

TEST(ReplyEvidence, NamesDoNotCountBesideAReason) {
    for (const std::string_view name : {"mx.example", "mx.spam.example", "mail.virus.example",
                                        "dkim-filter.quota.example", "ehlo.words.example"}) {
        for (const std::string_view reply :
             {"550 % mailbox unavailable", "421 4.3.2 % Service not available, closing channel",
              "550 5.1.10 % does not accept mail (null MX)", "550 5.1.1 %: user unknown",
              "452 4.2.2 % mailbox full"}) {
            const auto at = reply.find('%');
            const auto with = [&](std::string_view host) {
                return std::string(reply.substr(0, at)) + std::string(host) +
                       std::string(reply.substr(at + 1));
            };
            EXPECT_EQ(cause_of(with(name)), cause_of(with("mx.example"))) << with(name);
        }
    }
}

TEST(ReplyEvidence, NamesOfBlockListsCount) {
    EXPECT_EQ(cause_of("554 5.7.1 Service unavailable; see zen.spamhaus.org"), Cause::ip_listed);
}

TEST(ReplyEvidence, AReasonWithDotsIsNotAName) {
    EXPECT_EQ(cause_of("550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"),
              Cause::recipient_unknown);
}

}  // namespace
}  // namespace turnaway::codes
