#include "smtp/client_extensions.h"

#include <gtest/gtest.h>

namespace turnaway::smtp {
namespace {

ClientExtensions with_line(std::string_view line) {
    return ClientExtensions::parse({.code = codes::ReplyCode(250),
                                    .enhanced = {},
                                    .lines = {"host.example", std::string(line)}});
}

// RFC 9422 section 3.
TEST(ClientExtensions, ReadsLimits) {
    const auto limits = with_line("limits RCPTMAX=20 MailMax=5 OTHER RCPTDOMAINMAX=1");
    EXPECT_EQ(limits.recipients_max, 20U);
    EXPECT_EQ(limits.messages_max, 5U);
    EXPECT_EQ(limits.recipient_domains_max, 1U);
    for (const std::string_view nothing :
         {"LIMITS", "LIMITS RCPTMAX", "LIMITS RCPTMAX=", "LIMITS RCPTMAX=0", "LIMITS RCPTMAX=x",
          "LIMITS RCPTMAX=1000000", "LIMITS RCPTMAX=-1", "LIMITSRCPTMAX=1", "LIMITS RCPTMAXX=1"}) {
        EXPECT_EQ(with_line(nothing), ClientExtensions()) << nothing;
    }
}

}  // namespace
}  // namespace turnaway::smtp
