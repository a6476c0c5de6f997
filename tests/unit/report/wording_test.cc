#include "report/wording.h"

#include <gtest/gtest.h>

#include "codes/constants.h"

namespace turnaway::report {
namespace {

using codes::EnhancedCode;
using codes::ReplyCode;

Wording wording(const RecipientOutcome& outcome) {
    return wording_of(outcome, {.address = *mail::Address::parse("bob@example.org")});
}

// What we saw without any host's words.
Wording unheard(codes::Detail detail) {
    return wording({.status = EnhancedCode::permanent(detail)});
}

Wording heard(ReplyCode code, std::string line, codes::Detail detail) {
    Attempt attempt{.time = {}, .host = "mx.example.org", .stage = codes::Stage::rcpt};
    attempt.outcome = RemoteReply{.code = code, .lines = {std::move(line)}};
    return wording(
        {.status = EnhancedCode::permanent(detail), .attempts = {attempt}, .decided_by = 0});
}

constexpr std::string_view not_delivered =
    "Your message to bob@example.org could not be delivered: ";

std::string why(const Wording& wording) {
    EXPECT_TRUE(wording.happened.starts_with(not_delivered)) << wording.happened;
    return wording.happened.substr(not_delivered.size());
}

TEST(Wording, SaysTheCauseThatWeFound) {
    EXPECT_EQ(why(unheard(codes::bad_destination_system)),
              "the recipient's domain does not exist, or it cannot receive mail.");
    EXPECT_EQ(unheard(codes::bad_destination_system).advice,
              "Check the part after the @ for a typing error; if the domain is gone, remove "
              "the address from your list.");
    EXPECT_EQ(why(unheard(codes::no_answer)),
              "the connection got no answer: the receiving host is down, busy or out of reach.");
    EXPECT_EQ(unheard(codes::no_answer).advice,
              "Check the address. If it is correct, contact the recipient in another way and tell "
              "them that their mail system does not accept your message.");
    EXPECT_EQ(why(unheard(codes::other_status)), "the cause is described below.");
    // The subject is known, the detail is not.
    EXPECT_EQ(why(unheard(codes::other_mailbox_status)),
              "the cause is described below. A problem with the recipient's mailbox, which is "
              "mostly controlled by its owner.");
    // A name in capitals keeps them.
    EXPECT_TRUE(why(unheard(codes::no_acceptable_dkim)).starts_with("DKIM signatures are valid"));
}

TEST(Wording, SaysTheCauseThatTheHostTold) {
    EXPECT_EQ(why(heard(codes::host_takes_no_mail, "mx.example.org Host does not accept mail",
                        codes::system_takes_no_mail)),
              "the host mx.example.org says that it does not accept any mail.");
    // Words that speak against the code count: this 521 is not "takes no mail".
    EXPECT_EQ(why(heard(codes::host_takes_no_mail, "Your IP address is on a block list",
                        codes::system_takes_no_mail)),
              "the sending host's address is on a block list.");
    EXPECT_EQ(why(heard(ReplyCode(550), "5.2.2 Mailbox full", codes::mailbox_full)),
              "the recipient's mailbox is full.");
    EXPECT_EQ(why(heard(ReplyCode(550), "Qwerty", codes::other_status)),
              "the host mx.example.org refused it. Its reply is quoted below.");
    EXPECT_EQ(why(heard(ReplyCode(550), "5.6.0 Qwerty", codes::other_content_status)),
              "the host mx.example.org refused it. Its reply is quoted below. A problem with the "
              "content of the message: its format, its encoding or a conversion.");
}

// 421 is no refusal for ever, and `turnaway explain` says so too.
TEST(Wording, UsesTheMeaningOfTheClass) {
    const auto said = [](Action action, EnhancedCode status) {
        Attempt attempt{.time = {}, .host = "mx.example.org", .stage = codes::Stage::greeting};
        attempt.outcome = RemoteReply{.code = ReplyCode(421), .lines = {"4.3.2 mx.example.org"}};
        return wording({.action = action, .status = status, .attempts = {attempt}, .decided_by = 0})
            .happened;
    };
    EXPECT_EQ(said(Action::delayed, EnhancedCode::temporary(codes::system_takes_no_mail)),
              "Your message to bob@example.org has not been delivered yet: the host does not "
              "accept mail at the moment.");
    EXPECT_EQ(said(Action::failed, EnhancedCode::temporary(codes::system_takes_no_mail)),
              "Your message to bob@example.org could not be delivered, and the mail system has "
              "stopped trying: the host does not accept mail at the moment.");
    Attempt grey{.time = {}, .host = "mx.example.org", .stage = codes::Stage::rcpt};
    grey.outcome = RemoteReply{.code = ReplyCode(450), .lines = {"4.2.1 Qwerty"}};
    EXPECT_EQ(wording({.action = Action::delayed,
                       .status = EnhancedCode::temporary(codes::mailbox_disabled),
                       .attempts = {grey},
                       .decided_by = 0})
                  .happened,
              "Your message to bob@example.org has not been delivered yet: the mailbox exists but "
              "does not accept messages at the moment.");
    EXPECT_EQ(why(heard(ReplyCode(550), "5.2.1 Qwerty", codes::mailbox_disabled)),
              "the recipient's mailbox is disabled or no longer used.");
    const auto unheard_yet =
        wording({.action = Action::delayed,
                 .status = EnhancedCode::temporary(codes::bad_destination_system)});
    EXPECT_EQ(unheard_yet.happened,
              "Your message to bob@example.org has not been delivered yet: the recipient's domain "
              "could not be found at the moment, or it cannot receive mail at the moment.");
    EXPECT_EQ(why(unheard(codes::system_takes_no_mail)), "the host does not accept mail.");
}

// The relay remembers such a host.
TEST(Wording, NamesTheWayOutOfARememberedRefusal) {
    const auto way_out = [](codes::Stage stage, std::string line,
                            std::string address = "192.0.2.1") {
        Attempt attempt{
            .time = {}, .host = "mx.example.org", .address = std::move(address), .stage = stage};
        attempt.outcome =
            RemoteReply{.code = codes::host_takes_no_mail, .lines = {std::move(line)}};
        return wording({.status = EnhancedCode::permanent(codes::system_takes_no_mail),
                        .attempts = {attempt},
                        .decided_by = 0})
            .way_out;
    };
    const std::string refusal = "mx.example.org Host does not accept mail";
    EXPECT_EQ(way_out(codes::Stage::greeting, refusal), "turnaway queue forget 192.0.2.1");
    EXPECT_EQ(way_out(codes::Stage::rcpt, refusal), "turnaway queue forget 192.0.2.1");
    EXPECT_EQ(way_out(codes::Stage::greeting, refusal, ""), "");
    EXPECT_EQ(way_out(codes::Stage::content, "5.3.0 Upstream error"), "");
    EXPECT_EQ(way_out(codes::Stage::data, refusal), "");
    EXPECT_EQ(way_out(codes::Stage::greeting, "5.7.1 client [192.0.2.9] blocked using bl.example"),
              "");
}

TEST(Wording, ShowsTheSenderWhomToTurnTo) {
    const Wording sender_null_mx = unheard(codes::sender_null_mx);
    EXPECT_TRUE(sender_null_mx.advice.starts_with(
        "Show this report to the administrator of your mail system, who can do this: send "))
        << sender_null_mx.advice;
}

// The last temporary answer is not why it was given up.
TEST(Wording, OfAnExpiredMessageNamesTheTime) {
    EXPECT_EQ(why(heard(ReplyCode(451), "4.3.0 Try later", codes::delivery_expired)),
              "the message was queued longer than allowed, and was returned.");
}

TEST(Wording, OfGoodNewsAsksForNothing) {
    const auto good = [](Action action) {
        return wording({.action = action, .status = EnhancedCode::success(codes::recipient_valid)});
    };
    EXPECT_EQ(good(Action::delivered).happened, "Your message to bob@example.org was delivered.");
    EXPECT_EQ(good(Action::relayed).happened,
              "Your message to bob@example.org was passed to a host, which does not send delivery "
              "reports.");
    for (const Action action : {Action::delivered, Action::relayed, Action::expanded}) {
        EXPECT_TRUE(good(action).advice.starts_with("You need not do anything"));
    }
}

// Requirement 56.
TEST(Wording, KeepsControlCharactersOfAHostNameOut) {
    Attempt attempt{.time = {}, .host = "mx\r\n\x1b", .stage = codes::Stage::greeting};
    attempt.outcome = RemoteReply{.code = codes::host_takes_no_mail, .lines = {"no"}};
    const Wording said = wording({.status = EnhancedCode::permanent(codes::system_takes_no_mail),
                                  .attempts = {attempt},
                                  .decided_by = 0});
    EXPECT_EQ(why(said), "the host mx\\x0d\\x0a\\x1b says that it does not accept any mail.");
}

}  // namespace
}  // namespace turnaway::report
