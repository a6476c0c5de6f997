// What the RFCs say of the codes, written down from them and independently of the tables in data/:
// the two reply codes of RFC 7504, the syntax, subjects and details of RFC 3463, the first entries
// of the registry (RFC 5248 section 2.4), and where each later entry is defined.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "codes/table.h"

namespace turnaway::codes {
namespace {

const EnhancedRow& row_of(std::string_view code) {
    const auto whole = EnhancedCode::parse("5" + std::string(code.substr(1)));
    EXPECT_TRUE(whole) << code;
    const EnhancedRow* row = find(whole.value().detail());
    EXPECT_NE(row, nullptr) << code;
    return row != nullptr ? *row : enhanced_rows.front();
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// RFC 7504 section 5.1: both messages, 521 at the greeting, 556 at RCPT.
TEST(Standards, Rfc7504AddsTwoReplyCodes) {
    const ReplyRow& host = *find(host_takes_no_mail);
    EXPECT_EQ(host.about.title, "Host does not accept mail");
    EXPECT_TRUE(host.about.where.starts_with("greeting")) << host.about.where;
    EXPECT_EQ(host.about.standing, Standing::standard) << "the experiment ended";
    EXPECT_TRUE(host.about.reference.starts_with("RFC 7504 section 3")) << host.about.reference;
    const ReplyRow& domain = *find(domain_takes_no_mail);
    EXPECT_EQ(domain.about.title, "Domain does not accept mail");
    EXPECT_TRUE(domain.about.where.starts_with("RCPT")) << domain.about.where;
    EXPECT_TRUE(domain.about.reference.starts_with("RFC 7504 section 4")) << domain.about.reference;
    EXPECT_LT(host.code, *ReplyCode::parse("554")) << "521 comes before 554 in the list";
}

// RFC 3463 section 2: three numbers, 1 and 1 to 3 and 1 to 3 digits, no leading zeros, no blanks,
// no comments.
TEST(Standards, Rfc3463SyntaxOfACode) {
    for (const char* code : {"2.0.0", "4.1.1", "5.1.10", "5.999.999", "4.0.100"}) {
        const auto parsed = EnhancedCode::parse(code);
        ASSERT_TRUE(parsed) << code;
        EXPECT_EQ(parsed->text(), code);
    }
    for (const char* code :
         {"",          "5",        "5.1",      "5.1.",   "5..1",   ".1.1",   "5.1.1.",
          "5.1.1.1",   "3.1.1",    "1.1.1",    "6.1.1",  "55.1.1", "5.01.1", "5.1.01",
          "5.00.0",    "5.1.1000", "5.1000.1", " 5.1.1", "5.1.1 ", "5. 1.1", "5.1 .1",
          "5.1.1(no)", "5.1.x",    "5.-1.1",   "5.+1.1"}) {
        EXPECT_FALSE(EnhancedCode::parse(code)) << code;
    }
}

// RFC 3463 section 2; RFC 5248 section 2.4 has the same as the first entries of two tables.
TEST(Standards, Rfc3463ClassesAndSubjects) {
    const std::pair<int, std::string_view> classes[] = {
        {2, "success"}, {4, "temporary failure"}, {5, "permanent failure"}};
    EXPECT_EQ(class_rows.size(), std::size(classes));
    for (const auto& [digit, title] : classes) {
        ASSERT_NE(find_class(digit), nullptr) << digit;
        EXPECT_EQ(find_class(digit)->title, title);
        EXPECT_TRUE(has(find_class(digit)->reference, "RFC 3463 section 2"));
    }
    const std::pair<int, std::string_view> subjects[] = {
        {1, "address"}, {2, "mailbox"}, {3, "mail system"}, {4, "network"},
        {5, "SMTP"},    {6, "content"}, {7, "security"}};
    EXPECT_EQ(subject_rows.size(), std::size(subjects) + 1);
    ASSERT_NE(find_subject(0), nullptr);
    for (const auto& [number, word] : subjects) {
        ASSERT_NE(find_subject(number), nullptr) << number;
        const SubjectRow& row = *find_subject(number);
        EXPECT_TRUE(has(row.title, word) || has(row.meaning, word)) << number << row.meaning;
    }
}

struct DetailOfRfc3463 {
    std::string_view code;
    std::string_view title;  // as sections 3.1 to 3.8 have it
    UsefulAs useful = UsefulAs::in_its_classes;
};

constexpr auto permanent_only = UsefulAs::permanent_only;
constexpr auto temporary_only = UsefulAs::temporary_only;

const std::vector<DetailOfRfc3463> details{
    {"X.0.0", "Other undefined Status"},
    {"X.1.0", "Other address status"},
    {"X.1.1", "Bad destination mailbox address", permanent_only},
    {"X.1.2", "Bad destination system address", permanent_only},
    {"X.1.3", "Bad destination mailbox address syntax", permanent_only},
    {"X.1.4", "Destination mailbox address ambiguous"},
    {"X.1.5", "Destination address valid"},
    {"X.1.6", "Destination mailbox has moved, No forwarding address", permanent_only},
    {"X.1.7", "Bad sender's mailbox address syntax"},
    {"X.1.8", "Bad sender's system address"},
    {"X.2.0", "Other or undefined mailbox status"},
    {"X.2.1", "Mailbox disabled, not accepting messages"},
    {"X.2.2", "Mailbox full", UsefulAs::temporary_rather},
    {"X.2.3", "Message length exceeds administrative limit", UsefulAs::permanent_rather},
    {"X.2.4", "Mailing list expansion problem"},
    {"X.3.0", "Other or undefined mail system status"},
    {"X.3.1", "Mail system full", temporary_only},
    {"X.3.2", "System not accepting network messages"},
    {"X.3.3", "System not capable of selected features"},
    {"X.3.4", "Message too big for system", permanent_only},
    {"X.3.5", "System incorrectly configured"},
    {"X.4.0", "Other or undefined network or routing status"},
    {"X.4.1", "No answer from host", temporary_only},
    {"X.4.2", "Bad connection", temporary_only},
    {"X.4.3", "Directory server failure", temporary_only},
    {"X.4.4", "Unable to route"},
    {"X.4.5", "Mail system congestion", temporary_only},
    {"X.4.6", "Routing loop detected", temporary_only},
    {"X.4.7", "Delivery time expired"},
    {"X.5.0", "Other or undefined protocol status"},
    {"X.5.1", "Invalid command", permanent_only},
    {"X.5.2", "Syntax error", permanent_only},
    {"X.5.3", "Too many recipients"},
    {"X.5.4", "Invalid command arguments", permanent_only},
    {"X.5.5", "Wrong protocol version"},
    {"X.6.0", "Other or undefined media error"},
    {"X.6.1", "Media not supported", permanent_only},
    {"X.6.2", "Conversion required and prohibited"},
    {"X.6.3", "Conversion required but not supported"},
    {"X.6.4", "Conversion with loss performed"},
    {"X.6.5", "Conversion Failed"},
    {"X.7.0", "Other or undefined security status"},
    {"X.7.1", "Delivery not authorized, message refused", permanent_only},
    {"X.7.2", "Mailing list expansion prohibited", permanent_only},
    {"X.7.3", "Security conversion required but not possible", permanent_only},
    {"X.7.4", "Security features not supported", permanent_only},
    {"X.7.5", "Cryptographic failure"},
    {"X.7.6", "Cryptographic algorithm not supported"},
    {"X.7.7", "Message integrity failure"},
};

TEST(Standards, Rfc3463HasTheseDetails) {
    EXPECT_EQ(details.size(), 49U);
    for (const auto& [code, title, useful] : details) {
        const EnhancedRow& row = row_of(code);
        EXPECT_EQ(row.registration.sample_text, title);
        EXPECT_EQ(row.registration.useful, useful) << code;
        const std::string section = "RFC 3463 section 3." + std::to_string(code[2] - '0' + 1);
        EXPECT_TRUE(has(row.about.reference, section)) << code << ' ' << row.about.reference;
        EXPECT_TRUE(row.usual_with(useful == temporary_only ? 4 : 5) || code == "X.1.5") << code;
    }
}

// Only class 4 is "at the moment", only class 2 a success.
TEST(Standards, Rfc3463MeaningsFollowTheClass) {
    EXPECT_EQ(row_of("X.3.2").meaning(5), "The host does not accept mail.");
    EXPECT_TRUE(has(row_of("X.3.2").meaning(4), "at the moment"));
    for (const auto& row : enhanced_rows) {
        EXPECT_FALSE(has(row.meaning(5), "at the moment") || has(row.meaning(5), "at present"))
            << row.meaning(5);
    }
    EXPECT_TRUE(row_of("X.7.7").usual_with(2));
    EXPECT_TRUE(has(row_of("X.7.7").meaning(2), "was delivered"));
    EXPECT_FALSE(has(row_of("X.7.7").meaning(5), "was delivered"));
    EXPECT_TRUE(row_of("X.6.4").usual_with(2) && row_of("X.1.5").usual_with(2));
    EXPECT_TRUE(has(row_of("X.4.4").meaning(5), "the directory has no usable entry"));
}

// The table of RFC 5248 section 2.4; "Not given" is left out.
TEST(Standards, Rfc5248FirstPairs) {
    const std::pair<std::string_view, std::vector<std::string_view>> pairs[] = {
        {"X.1.1", {"451", "550"}},
        {"X.1.3", {"501"}},
        {"X.1.5", {"250"}},
        {"X.1.8", {"451", "501"}},
        {"X.2.2", {"552"}},
        {"X.2.3", {"552"}},
        {"X.2.4", {"450", "452"}},
        {"X.3.0", {"221", "250", "421", "451", "550", "554"}},
        {"X.3.1", {"452"}},
        {"X.3.2", {"453"}},
        {"X.3.4", {"552", "554"}},
        {"X.4.1", {"451"}},
        {"X.4.2", {"421"}},
        {"X.4.3", {"451", "550"}},
        {"X.4.5", {"451"}},
        {"X.5.0",
         {"220", "250", "251", "252", "253", "451", "452", "454", "458", "459", "501", "502", "503",
          "554"}},
        {"X.5.1", {"430", "500", "501", "503", "530", "550", "554", "555"}},
        {"X.5.2", {"500", "501", "502", "550", "555"}},
        {"X.5.3", {"451"}},
        {"X.5.4", {"451", "501", "502", "503", "504", "550", "555"}},
        {"X.5.6", {"500"}},
        {"X.6.3", {"554"}},
        {"X.6.4", {"250"}},
        {"X.6.6", {"554"}},
        {"X.7.0", {"220", "235", "450", "454", "500", "501", "503", "504", "530", "535", "550"}},
        {"X.7.1", {"451", "454", "502", "503", "533", "550", "551"}},
        {"X.7.2", {"550"}},
        {"X.7.4", {"504"}},
        {"X.7.8", {"535", "554"}},
        {"X.7.9", {"534"}},
        {"X.7.10", {"523"}},
        {"X.7.11", {"524", "538"}},
        {"X.7.12", {"422", "432"}},
        {"X.7.13", {"525"}},
        {"X.7.14", {"535", "554"}},
    };
    for (const auto& [code, replies] : pairs) {
        for (const auto reply : replies) {
            EXPECT_TRUE(is_paired(row_of(code), *ReplyCode::parse(reply))) << code << ' ' << reply;
        }
    }
    EXPECT_TRUE(row_of("X.0.0").pairs_with_any);
    for (const char* code : {"X.1.0", "X.1.2", "X.1.4", "X.1.7", "X.1.9", "X.2.0", "X.2.1", "X.3.3",
                             "X.4.0", "X.4.4", "X.4.6", "X.4.7", "X.5.5", "X.6.0", "X.6.1"}) {
        EXPECT_TRUE(pairs_of(row_of(code)).empty() && !row_of(code).pairs_with_any) << code;
    }
}

// RFC 5248 section 2.1: who registered it, who may change it, and what kind of document has it.
TEST(Standards, Rfc5248FieldsOfAnEntry) {
    for (const auto& row : enhanced_rows) {
        if (row.about.standing == Standing::deprecated) continue;
        const std::string code =
            "X." + std::to_string(row.detail.subject) + '.' + std::to_string(row.detail.detail);
        EXPECT_FALSE(row.registration.sample_text.empty()) << code;
        EXPECT_FALSE(row.registration.submitter.empty()) << code;
        EXPECT_FALSE(row.about.meaning.empty() || row.about.reference.empty()) << code;
        const bool is_of_the_ietf = row.registration.track != Track::not_standards_track;
        EXPECT_TRUE(!is_of_the_ietf || !row.registration.change_controller.empty()) << code;
    }
    EXPECT_EQ(row_of("X.0.0").registration.submitter, "G. Vaudreuil");
    EXPECT_EQ(row_of("X.0.0").registration.change_controller, "IESG");
    EXPECT_EQ(row_of("X.0.0").registration.track, Track::standards_track);
    EXPECT_EQ(row_of("X.7.10").registration.track, Track::best_current_practice);
    EXPECT_EQ(row_of("X.7.28").registration.track, Track::not_standards_track);
}

struct Definition {
    std::string_view code;
    std::string_view reference;
    std::string_view sample_text;
};

TEST(Standards, EachLaterCodeNamesTheSectionThatDefinesIt) {
    for (const auto& [code, reference, sample_text] : std::initializer_list<Definition>{
             {"X.1.9", "RFC 3886 section 3.3.4", "Message relayed to non-compliant mailer"},
             {"X.1.10", "RFC 7505 sections 4.1", "Recipient address has null MX"},
             {"X.7.27", "RFC 7505 section 4.1", "Sender address has null MX"},
             {"X.5.6", "RFC 4954 section 6", "Authentication Exchange line is too long"},
             {"X.6.6", "RFC 4468 section 5", "Message content not available"},
             {"X.7.8", "RFC 4954 section 6", "Authentication credentials invalid"},
             {"X.7.9", "RFC 4954 section 6", "Authentication mechanism is too weak"},
             {"X.7.11", "RFC 4954 section 6",
              "Encryption required for requested authentication mechanism"},
             {"X.7.12", "RFC 4954 section 6", "A password transition is needed"},
             {"X.7.10", "RFC 5248 section 2.4", "Encryption Needed"},
             {"X.7.10", "RFC 8689 section 4.2.1", "Encryption Needed"},
             {"X.7.13", "RFC 5248 section 2.4", "User Account Disabled"},
             {"X.7.14", "RFC 4468 sections 5 and 6", "Trust relationship required"},
             {"X.7.25", "RFC 7372 section 3.3", "Reverse DNS validation failed"},
         }) {
        EXPECT_TRUE(has(row_of(code).about.reference, reference))
            << code << ' ' << row_of(code).about.reference;
        EXPECT_EQ(row_of(code).registration.sample_text, sample_text);
    }
    EXPECT_TRUE(row_of("X.5.6").usual_with(4) && row_of("X.5.6").usual_with(5));
    EXPECT_TRUE(has(row_of("X.7.10").about.meaning, "no TLS session"));
}

}  // namespace
}  // namespace turnaway::codes
