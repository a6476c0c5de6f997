// Subjects, slips of the finger, egress targets, and the sentences and records that people get.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "check/egress_target.h"
#include "check/judge.h"
#include "check/resemblance.h"
#include "check/wording.h"
#include "codes/constants.h"
#include "unit/check/vectors.h"

namespace turnaway::check {
namespace {

Assessment assess(std::string_view name) {
    for (const auto& vector : read_vectors()) {
        if (vector["name"] == std::string(name)) return run_vector(vector);
    }
    ADD_FAILURE() << "no vector " << name;
    return {.subject = parse_subject("example.org", false).value(), .route = {}};
}

std::string cures_text(const Assessment& assessment) {
    std::string text;
    for (const Fix& fix : fixes_of(assessment)) text += fix.record + '\n';
    return text;
}

TEST(Subject, ReadsWhatPeopleWrite) {
    EXPECT_EQ(parse_subject("Example.ORG.", false)->domain()->text(), "example.org");
    EXPECT_EQ(parse_subject(" bücher.example ", false)->shown(),
              "bücher.example (xn--bcher-kva.example)");
    EXPECT_TRUE(parse_subject("user@example.org", true)->is_address);
    EXPECT_FALSE(parse_subject("user@example.org", true)->is_host);
    EXPECT_EQ(parse_subject("192.0.2.1", false)->shown(), "[192.0.2.1]");
    EXPECT_EQ(parse_subject("2001:DB8::1", false)->shown(), "[IPv6:2001:db8::1]");
    EXPECT_TRUE(parse_subject("[192.0.2.1]", false)->is_host);
    EXPECT_TRUE(parse_subject("jürgen@example.org", false)->needs_smtputf8);
}

TEST(Subject, RefusesInASentenceThatIsSafeToPrint) {
    for (const auto* text : {"", "a b", "user@", "@example.org", "-.example", "[1.2.3"}) {
        EXPECT_FALSE(parse_subject(text, false)) << text;
    }
    const auto refused = parse_subject("\x1b[31mred", false);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().find('\x1b'), std::string::npos);
}

TEST(Resemblance, KnowsSlipsOfTheFinger) {
    EXPECT_EQ(resembled_provider("gmial.com"), "gmail.com");
    EXPECT_EQ(resembled_provider("gmai.com"), "gmail.com");
    EXPECT_EQ(resembled_provider("gmail.con"), "gmail.com");
    EXPECT_EQ(resembled_provider("hotmial.com"), "hotmail.com");
    EXPECT_EQ(resembled_provider("yahooo.com"), "yahoo.com");
    EXPECT_EQ(resembled_provider("outlokk.com"), "outlook.com");
    EXPECT_EQ(resembled_provider("protonmial.co"), "protonmail.com");
}

TEST(Resemblance, LeavesOthersAlone) {
    for (const auto* domain : {"gmail.com", "googlemail.com", "ymail.com", "mail.com", "gmx.de",
                               "sub.gmail.com", "example.org", "mail.example.org", "x.de", "."}) {
        EXPECT_EQ(resembled_provider(domain), "") << domain;
    }
}

TEST(Resemblance, CountsAsTheBookSays) {
    EXPECT_EQ(typing_distance("abc", "abc", 3), 0U);
    EXPECT_EQ(typing_distance("abc", "acb", 3), 1U);
    EXPECT_EQ(typing_distance("abc", "abd", 3), 1U);
    EXPECT_EQ(typing_distance("abc", "ab", 3), 1U);
    EXPECT_EQ(typing_distance("", "abc", 3), 3U);
    EXPECT_EQ(typing_distance("abcdef", "uvwxyz", 3), 4U);
    EXPECT_EQ(typing_distance("ca", "abc", 3), 3U);
}

TEST(EgressTarget, ReadsHostAndPort) {
    EXPECT_EQ(parse_egress_target("mx.example.org")->port, 25);
    EXPECT_EQ(parse_egress_target("mx.example.org:2525")->port, 2525);
    EXPECT_EQ(parse_egress_target("[2001:db8::1]:26")->address->text(), "2001:db8::1");
    EXPECT_EQ(parse_egress_target("2001:db8::1")->port, 25);
    EXPECT_EQ(parse_egress_target("192.0.2.1:26")->text(), "192.0.2.1 [192.0.2.1] port 26");
    for (const auto* text : {"", "mx:0", "mx:70000", "mx:x", "a b"}) {
        EXPECT_FALSE(parse_egress_target(text)) << text;
    }
}

TEST(VerdictOfRefusal, IsNamedAfterTheCode) {
    EXPECT_EQ(verdict_of_refusal(codes::host_takes_no_mail), Verdict::refuses_521);
    EXPECT_EQ(verdict_of_refusal(codes::transaction_failed), Verdict::refuses_554);
    EXPECT_EQ(verdict_of_refusal(codes::mailbox_unavailable), Verdict::refuses_5yz);
    EXPECT_EQ(verdict_of_refusal(codes::domain_takes_no_mail), Verdict::refuses_5yz);
}

TEST(Wording, SaysSomethingOfEveryVector) {
    for (const auto& vector : read_vectors()) {
        SCOPED_TRACE(vector["name"]);
        const Assessment assessment = run_vector(vector);
        EXPECT_TRUE(sentence_of(assessment).ends_with('.')) << sentence_of(assessment);
        EXPECT_FALSE(reasons_of(assessment).empty());
        for (const Reason& reason : reasons_of(assessment)) {
            EXPECT_TRUE(reason.source.starts_with("RFC ")) << reason.words;
            EXPECT_TRUE(reason.words.ends_with('.')) << reason.words;
        }
        for (const std::string& remark : remarks_of(assessment)) {
            EXPECT_TRUE(remark.ends_with('.') || remark.ends_with('?')) << remark;
        }
    }
}

// The host that is quoted is the one the answer rests on.
TEST(Wording, QuotesTheHostThatDecides) {
    const auto says = [](std::string_view name) { return sentence_of(assess(name)); };
    EXPECT_EQ(says("521, second MX accepts"),
              "b.example [192.0.2.2] says \"250 mx\": it accepts mail.");
    EXPECT_EQ(says("521 and 554"),
              "b.example [192.0.2.2] says \"554 No SMTP service here\", and no address of its "
              "hosts accepts mail.");
    EXPECT_EQ(says("421 as greeting"),
              "mx.example.org [192.0.2.1] says \"421 try later\", which decides nothing.");
    EXPECT_EQ(says("greeting with two reply codes"),
              "mx.example.org [192.0.2.1] says \"521 mx no\", which is not about the host itself.");
    EXPECT_EQ(code_of(assess("521 and 554")), "554");
    EXPECT_EQ(code_of(assess("null MX")), "556 5.1.10");
}

// Quoted words and names cannot do anything to a terminal or to a line of output.
TEST(Wording, EscapesWhatHostsAndDnsSay) {
    Assessment assessment = assess("greets with 521");
    assessment.probes[0].result.steps[0].words = "521 \x1b[31m\r\nred";
    assessment.route.notes.push_back({route::NoteKind::unreadable_exchange, "\x1b]0;x\x07"});
    std::string all = sentence_of(assessment);
    for (const std::string& remark : remarks_of(assessment)) all += remark;
    EXPECT_TRUE(std::ranges::none_of(all, [](char c) { return c >= 0 && c < ' '; })) << all;
}

// RFC 1846 section 4.3 is about an MX: of a domain's own address, or of a refusal that is about the
// client, it says nothing.
TEST(Reasons, SpeakOfAnMxOnlyWhereOneSays521) {
    const auto names_rfc1846 = [](std::string_view vector) {
        return std::ranges::any_of(reasons_of(assess(vector)), [](const Reason& reason) {
            return reason.source == "RFC 1846 section 4.3";
        });
    };
    EXPECT_TRUE(names_rfc1846("greets with 521"));
    EXPECT_TRUE(names_rfc1846("521, second MX accepts"));
    EXPECT_FALSE(names_rfc1846("521 by the domain's own address"));
    EXPECT_FALSE(names_rfc1846("521 whose text is about the client"));
}

TEST(Cures, AreRecords) {
    EXPECT_EQ(cures_text(assess("null MX")), "");
    EXPECT_EQ(cures_text(assess("null MX with preference 10")),
              "example.org. 3600 IN MX 0 .\n; remove: example.org. 3600 IN MX 10 .\n");
    EXPECT_EQ(cures_text(assess("null MX beside a usable MX")),
              "; remove: example.org. 3600 IN MX 0 .\n"
              "example.org. 3600 IN MX 0 .\n"
              "; remove: example.org. 3600 IN MX 10 mx.example.org.\n");
    EXPECT_EQ(cures_text(assess("greets with 521")),
              "example.org. 3600 IN MX 0 .\n"
              "; remove: example.org. 3600 IN MX 10 mx.example.org.\n");
    EXPECT_EQ(cures_text(assess("MX that is an alias")),
              "example.org. 3600 IN MX 10 host.example.\n"
              "; remove: example.org. 3600 IN MX 10 mx.example.org.\n");
    EXPECT_EQ(cures_text(assess("521, second MX accepts")),
              "; remove: example.org. 3600 IN MX 10 mx.example.org.\n");
    EXPECT_EQ(cures_text(assess("521, second MX silent")),
              "; remove: example.org. 3600 IN MX 10 mx.example.org.\n");
    EXPECT_EQ(cures_text(assess("greeting with two reply codes")), "");
    EXPECT_EQ(cures_text(assess("implicit MX")), "example.org. 3600 IN MX 10 example.org.\n");
    EXPECT_EQ(cures_text(assess("554 whose text is about the client")), "");
    EXPECT_EQ(cures_text(assess("no answer, egress unknown")), "");
}

// The published records are zone text that makes the domain what the fix promises.
TEST(Cures, WorkWhenPublished) {
    const Assessment before = assess("MX that does not exist");
    const auto fixes = fixes_of(before);
    ASSERT_FALSE(fixes.empty());
    fake::ZoneResolver resolver(fixes.front().record);
    const route::RouteSettings settings;
    const auto route =
        fake::drive(route::RouteQuery(*before.subject.domain(), settings, 1), resolver);
    EXPECT_EQ(route.kind, route::RouteKind::null_mx);
}

// A host that is asked for itself, whatever the MX of its name.
TEST(DomainCheck, AsksAHostForItsAddressesAlone) {
    fake::ZoneResolver resolver("mx.example.org MX 0 .\nmx.example.org A 192.0.2.1");
    DomainCheck check(parse_subject("mx.example.org", true).value(), {.connects = true}, 1);
    const auto questions = check.next_questions(Milliseconds(0));
    ASSERT_EQ(questions.size(), 2U);
    for (const auto& question : questions) {
        EXPECT_NE(question.type, route::DnsType::mx);
        resolver.ask(question,
                     [&](const auto& answer) { check.take(question, answer, Milliseconds(1)); });
    }
    const auto targets = check.next_probes();
    ASSERT_EQ(targets.size(), 1U);
    EXPECT_TRUE(check.next_probes().empty());
    ProbeTarget unasked = targets[0];
    unasked.address = *route::IpAddress::parse("192.0.2.9");
    EXPECT_FALSE(check.take(unasked, {}, {}));
    check.give_up(Milliseconds(9));
    EXPECT_EQ(check.assessment().verdict, Verdict::unreachable);
    EXPECT_EQ(check.assessment().probes[0].result.end, ProbeEnd::timed_out);
}

TEST(DomainCheck, SaysThatAHostDoesNotExist) {
    fake::ZoneResolver nothing;
    DomainCheck check(parse_subject("mx.example.org", true).value(), {}, 1);
    while (!check.is_done()) {
        for (const auto& question : check.next_questions(Milliseconds(0))) {
            nothing.ask(question,
                        [&](const auto& answer) { check.take(question, answer, Milliseconds(1)); });
        }
    }
    EXPECT_EQ(check.assessment().verdict, Verdict::no_such_domain);
    EXPECT_TRUE(check.assessment().dns.back().is_second_lookup);
}

TEST(Acceptance, NoBeatsUnknownBeatsYes) {
    EXPECT_EQ(worse(Acceptance::yes, Acceptance::unknown), Acceptance::unknown);
    EXPECT_EQ(worse(Acceptance::no, Acceptance::unknown), Acceptance::no);
    EXPECT_EQ(worse(Acceptance::yes, Acceptance::no), Acceptance::no);
    EXPECT_EQ(exit_code(Acceptance::yes), 0);
    EXPECT_EQ(exit_code(Acceptance::no), 1);
    EXPECT_EQ(exit_code(Acceptance::unknown), 2);
}

}  // namespace
}  // namespace turnaway::check
