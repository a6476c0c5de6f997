// The reader of our own reports: on a golden one, and on what is none.
#include "cli/demo/demo_report.h"

#include <gtest/gtest.h>

#include <string>

namespace turnaway::cli {
namespace {

const std::string report =
    "From: Mail Delivery System <MAILER-DAEMON@relay.example>\r\n"
    "Subject: Not delivered:\r\n your message\r\n"
    "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"b1\"\r\n"
    "\r\n"
    "--b1\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nIt could not\r\nbe "
    "delivered.\r\n\r\n"
    "--b1\r\nContent-Type: message/delivery-status\r\n\r\n"
    "Reporting-MTA: dns; relay.example\r\n\r\n"
    "Final-Recipient: rfc822; bob@refusing.example\r\nAction: failed\r\nStatus: 5.3.2\r\n"
    "Diagnostic-Code: smtp; 521 no\r\n\r\n"
    "--b1\r\nContent-Type: message/rfc822\r\n\r\nSubject: Lunch\r\n\r\nHello\r\n--b1--\r\n";

TEST(DemoReport, PartsAndFields) {
    const auto read = read_report(report);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->subject, "Not delivered: your message");
    EXPECT_EQ(read->person, "It could not\nbe delivered.\n");
    EXPECT_EQ(read->recipient, "bob@refusing.example");
    EXPECT_EQ(read->action, "failed");
    EXPECT_EQ(read->status, "5.3.2");
    EXPECT_EQ(read->diagnostic, "smtp; 521 no");
    EXPECT_TRUE(read->delivery_status.starts_with("Reporting-MTA: dns; relay.example\n"));
}

TEST(DemoReport, OrdinaryMailIsNone) {
    EXPECT_FALSE(read_report(""));
    EXPECT_FALSE(read_report("Subject: x\r\n\r\nHello\r\n"));
    EXPECT_FALSE(read_report("Content-Type: text/plain; boundary=\"b1\"\r\n\r\n--b1\r\n"));
}

// Cut anywhere it is read or refused, never a fault of the program; without its end there is none.
TEST(DemoReport, CutAnywhere) {
    const auto status_end = report.find("--b1\r\nContent-Type: message/rfc822") + 4;
    for (std::size_t size = 0; size < report.size(); ++size) {
        EXPECT_EQ(read_report(report.substr(0, size)).has_value(), size >= status_end) << size;
    }
}

}  // namespace
}  // namespace turnaway::cli
