// Requirement 48 (the field that is prepended) and 56 (what a client says is data).
#include "mail/trace_field.h"

#include <gtest/gtest.h>

namespace turnaway::mail {
namespace {

Reception example() {
    return {
        .helo_name = "client.example",
        .client_address = "192.0.2.1",
        .hostname = "relay.example",
        .is_esmtp = true,
        .queue_id = "0123456789ABC",
        .time = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + std::chrono::hours{9}};
}

TEST(TraceField, HasTheFormOfRfc5321) {
    EXPECT_EQ(received_field(example()),
              "Received: from client.example ([192.0.2.1])\r\n"
              "\tby relay.example with ESMTP id 0123456789ABC;\r\n"
              "\tMon, 23 Nov 2026 09:00:00 +0000\r\n");
}

TEST(TraceField, NamesTheProtocol) {
    const auto names = [](bool is_esmtp, bool is_encrypted, bool needs_smtputf8,
                          std::string_view name) {
        Reception reception = example();
        reception.is_esmtp = is_esmtp;
        reception.is_encrypted = is_encrypted;
        reception.needs_smtputf8 = needs_smtputf8;
        const std::string with = " with " + std::string(name) + " id ";
        EXPECT_NE(received_field(reception).find(with), std::string::npos) << name;
    };
    names(false, false, false, "SMTP");
    names(true, false, false, "ESMTP");
    names(true, true, false, "ESMTPS");
    names(true, false, true, "UTF8SMTP");
    names(true, true, true, "UTF8SMTPS");
}

TEST(TraceField, ShowsTheAddressOfWhoHasNoName) {
    Reception reception = example();
    for (const std::string_view name : {"", "a b", "x\r\nBcc: y", "(comment", "-",
                                        "b\xc3\xbc"
                                        "cher.example",
                                        "a;b"}) {
        reception.helo_name = name;
        EXPECT_TRUE(
            received_field(reception).starts_with("Received: from [192.0.2.1] ([192.0.2.1])\r\n"))
            << name;
    }
    reception.needs_smtputf8 = true;
    reception.helo_name =
        "b\xc3\xbc"
        "cher.example";
    EXPECT_TRUE(
        received_field(reception).starts_with("Received: from b\xc3\xbc"
                                              "cher.example ("));
    reception.client_address = "2001:db8::1";
    reception.helo_name = "[IPv6:2001:db8::2]";
    EXPECT_TRUE(received_field(reception).starts_with(
        "Received: from [IPv6:2001:db8::2] ([IPv6:2001:db8::1])\r\n"));
}

}  // namespace
}  // namespace turnaway::mail
