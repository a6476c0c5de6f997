// The verdict of libturnaway: the same as that of `turnaway check` on every vector, and its border.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "check/wording.h"
#include "turnaway.h"
#include "unit/check/vectors.h"

namespace turnaway::library {
namespace {

using Check = std::unique_ptr<turnaway_check, void (*)(turnaway_check*)>;
using Result = std::unique_ptr<turnaway_result, void (*)(turnaway_result*)>;

Check check_of(std::string_view domain) {
    return {turnaway_check_new(domain.data(), domain.size()), turnaway_check_free};
}

Result result_of(const Check& check) {
    return {turnaway_check_result(check.get()), turnaway_result_free};
}

std::string get(const Result& result, const char* field) {
    const char* text = turnaway_result_get(result.get(), 0, field);
    return text != nullptr ? text : "";
}

route::DnsType type_of(int type) {
    return type == TURNAWAY_DNS_MX  ? route::DnsType::mx
           : type == TURNAWAY_DNS_A ? route::DnsType::a
                                    : route::DnsType::aaaa;
}

int outcome_of(const route::DnsAnswer& answer) {
    switch (answer.outcome) {
        case route::DnsOutcome::answered:
            return TURNAWAY_DNS_ANSWERED;
        case route::DnsOutcome::no_data:
            return TURNAWAY_DNS_NO_DATA;
        case route::DnsOutcome::no_such_name:
            return TURNAWAY_DNS_NO_SUCH_NAME;
        case route::DnsOutcome::failed:
            break;
    }
    switch (answer.failure) {
        case route::DnsFailure::timeout:
            return TURNAWAY_DNS_TIMEOUT;
        case route::DnsFailure::refused:
            return TURNAWAY_DNS_REFUSED;
        case route::DnsFailure::bogus:
            return TURNAWAY_DNS_BOGUS;
        case route::DnsFailure::servfail:
            break;
    }
    return TURNAWAY_DNS_FAILED;
}

void answer_all(const Check& check, fake::ZoneResolver& dns) {
    const char* name = nullptr;
    int type = 0;
    while (turnaway_check_question(check.get(), &name, &type) != 0) {
        const route::DnsQuestion question{.name = mail::Domain::parse(name).value(),
                                          .type = type_of(type)};
        dns.ask(question, [&](const route::DnsAnswer& answer) {
            std::vector<std::string> texts;
            texts.reserve(answer.mx.size() + answer.addresses.size());
            for (const auto& mx : answer.mx) {
                texts.push_back(std::to_string(mx.preference) + ' ' +
                                route::exchange_text(mx.exchange));
            }
            for (const auto& address : answer.addresses) {
                const bool is_mapped = type == TURNAWAY_DNS_AAAA && address.is_ipv4();
                texts.push_back((is_mapped ? "::ffff:" : "") + address.text());
            }
            std::vector<const char*> records;
            records.reserve(texts.size());
            for (const auto& text : texts) records.push_back(text.c_str());
            EXPECT_EQ(
                turnaway_check_answer(check.get(), name, type, outcome_of(answer), records.data(),
                                      records.size(), answer.is_secure ? 1 : 0),
                0)
                << name << ' ' << type;
        });
    }
}

// What `turnaway check` says without connecting.
check::Assessment assess(const std::string& input, fake::ZoneResolver& dns) {
    check::DomainCheck check(check::parse_subject(input, false).value(), {}, 0);
    constexpr check::Milliseconds now{0};
    for (auto open = check.next_questions(now); !open.empty(); open = check.next_questions(now)) {
        for (const auto& question : open) {
            dns.ask(question, [&](const auto& answer) { (void)check.take(question, answer, now); });
        }
    }
    return check.assessment();
}

TEST(LibraryCheck, SaysWhatCheckSaysOnEveryVector) {
    std::size_t compared = 0;
    for (const auto& vector : check::read_vectors()) {
        if (check::subject_of(vector).is_host) continue;
        const auto input = vector["input"].get<std::string>();
        fake::ZoneResolver dns(check::zone_of(vector));
        const auto check = check_of(input);
        answer_all(check, dns);
        const auto result = result_of(check);
        const auto expected = assess(input, dns);
        EXPECT_EQ(get(result, "accepts_mail"), check::name(expected.acceptance)) << vector["name"];
        EXPECT_EQ(get(result, "verdict"), check::name(expected.verdict)) << vector["name"];
        EXPECT_EQ(get(result, "answer"), check::sentence_of(expected)) << vector["name"];
        EXPECT_EQ(get(result, "mx"), check::mx_of(expected)) << vector["name"];
        ++compared;
    }
    EXPECT_GT(compared, 100U);
}

TEST(LibraryCheck, TroubleIsNotEvidence) {
    const auto unanswered = check_of("example.org");
    EXPECT_EQ(get(result_of(unanswered), "accepts_mail"), "unknown");
    const auto failed = check_of("example.org");
    const char* name = nullptr;
    int type = 0;
    ASSERT_EQ(turnaway_check_question(failed.get(), &name, &type), 1);
    EXPECT_EQ(std::string(name), "example.org");
    EXPECT_EQ(type, TURNAWAY_DNS_MX);
    EXPECT_EQ(turnaway_check_answer(failed.get(), name, type, TURNAWAY_DNS_FAILED, nullptr, 0, 0),
              0);
    EXPECT_EQ(get(result_of(failed), "accepts_mail"), "unknown");
}

TEST(LibraryCheck, RefusesAnswersThatAreNotOne) {
    const auto check = check_of("example.org");
    const char* name = nullptr;
    int type = 0;
    ASSERT_EQ(turnaway_check_question(check.get(), &name, &type), 1);
    const auto take = [&](const char* of, int kind, int outcome, std::vector<const char*> records) {
        return turnaway_check_answer(check.get(), of, kind, outcome, records.data(), records.size(),
                                     0);
    };
    EXPECT_EQ(take("other.example", type, TURNAWAY_DNS_NO_DATA, {}), -1) << "not asked";
    EXPECT_EQ(take(name, TURNAWAY_DNS_A, TURNAWAY_DNS_NO_DATA, {}), -1) << "not asked";
    EXPECT_EQ(take(name, 99, TURNAWAY_DNS_NO_DATA, {}), -1);
    EXPECT_EQ(take(name, type, 9, {}), -1);
    EXPECT_EQ(take(name, type, TURNAWAY_DNS_ANSWERED, {}), -1) << "no record";
    EXPECT_EQ(take(name, type, TURNAWAY_DNS_NO_DATA, {"0 ."}), -1) << "a record";
    for (const char* record : {"", "10", "mx.example.org", "70000 mx.example.org", "-1 mx"}) {
        EXPECT_EQ(take(name, type, TURNAWAY_DNS_ANSWERED, {record}), -1) << record;
    }
    EXPECT_EQ(take(name, type, TURNAWAY_DNS_ANSWERED, {nullptr}), -1);
    EXPECT_EQ(take(name, type, TURNAWAY_DNS_ANSWERED, {"0 ."}), 0) << "it was still open";
    EXPECT_EQ(take(name, type, TURNAWAY_DNS_ANSWERED, {"0 ."}), -1) << "already answered";
    const auto result = result_of(check);
    EXPECT_EQ(get(result, "verdict"), "null-mx");
    EXPECT_EQ(get(result, "code"), "556 5.1.10");
}

TEST(LibraryCheck, SaysWhatIsNotADomain) {
    const auto check = check_of("not a domain");
    const char* name = nullptr;
    int type = 0;
    EXPECT_EQ(turnaway_check_question(check.get(), &name, &type), 0);
    const auto result = result_of(check);
    EXPECT_EQ(turnaway_result_count(result.get()), 0U);
    EXPECT_NE(turnaway_result_error(result.get()), nullptr);
}

TEST(LibraryCheck, AcceptsNullForAnObject) {
    const char* name = nullptr;
    int type = 0;
    EXPECT_EQ(turnaway_check_question(nullptr, &name, &type), 0);
    EXPECT_EQ(turnaway_check_answer(nullptr, "x", TURNAWAY_DNS_A, 0, nullptr, 0, 0), -1);
    EXPECT_EQ(turnaway_check_result(nullptr), nullptr);
    turnaway_check_free(nullptr);
    const Check nothing(turnaway_check_new(nullptr, 3), turnaway_check_free);
    EXPECT_NE(turnaway_result_error(result_of(nothing).get()), nullptr);
}

}  // namespace
}  // namespace turnaway::library
