// turnaway_check: the verdict on a domain from DNS answers that the caller supplies: the pure
// check::DomainCheck with the C types of DNS. Connects to nothing, so a domain whose hosts would
// refuse has the answer `yes` here.
#include <charconv>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "check/domain_check.h"
#include "check/wording.h"
#include "library/result.h"

using turnaway::check::DomainCheck;
using turnaway::route::DnsAnswer;
using turnaway::route::DnsQuestion;

struct turnaway_check {
    std::string error = {};             // the input is not a domain
    std::optional<DomainCheck> domain;  // else
    std::deque<DnsQuestion> asked = {};
    std::size_t given = 0;  // of `asked`
};

namespace turnaway::library {
namespace {

constexpr check::Milliseconds now{0};  // the caller's waiting is not measured
constexpr std::uint32_t ttl_seconds = 3600;

std::optional<route::DnsType> type_of(int type) {
    switch (type) {
        case TURNAWAY_DNS_MX:
            return route::DnsType::mx;
        case TURNAWAY_DNS_A:
            return route::DnsType::a;
        case TURNAWAY_DNS_AAAA:
            return route::DnsType::aaaa;
        default:
            return std::nullopt;
    }
}

int number_of(route::DnsType type) {
    switch (type) {
        case route::DnsType::mx:
            return TURNAWAY_DNS_MX;
        case route::DnsType::a:
            return TURNAWAY_DNS_A;
        default:
            return TURNAWAY_DNS_AAAA;
    }
}

// The answer without its records.
std::optional<DnsAnswer> bare_answer(int outcome) {
    using enum route::DnsFailure;
    switch (outcome) {
        case TURNAWAY_DNS_ANSWERED:
            return DnsAnswer{.outcome = route::DnsOutcome::answered};
        case TURNAWAY_DNS_NO_DATA:
            return DnsAnswer{.outcome = route::DnsOutcome::no_data};
        case TURNAWAY_DNS_NO_SUCH_NAME:
            return DnsAnswer{.outcome = route::DnsOutcome::no_such_name};
        case TURNAWAY_DNS_FAILED:
            return DnsAnswer{.failure = servfail};
        case TURNAWAY_DNS_TIMEOUT:
            return DnsAnswer{.failure = timeout};
        case TURNAWAY_DNS_REFUSED:
            return DnsAnswer{.failure = refused};
        case TURNAWAY_DNS_BOGUS:
            return DnsAnswer{.failure = bogus};
        default:
            return std::nullopt;
    }
}

// "10 mx.example.org", "0 ."
std::optional<route::MxRecord> read_mx(std::string_view text) {
    std::uint16_t preference = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), preference);
    if (error != std::errc() || end == text.data() + text.size() || *end != ' ') return {};
    auto exchange = text.substr(static_cast<std::size_t>(end - text.data()) + 1);
    if (exchange.size() > 1 && exchange.ends_with('.')) exchange.remove_suffix(1);
    return route::MxRecord{.preference = preference, .exchange = route::parse_exchange(exchange)};
}

bool read_record(route::DnsType type, std::string_view text, DnsAnswer* answer) {
    if (type == route::DnsType::mx) {
        const auto mx = read_mx(text);
        if (mx) answer->mx.push_back(*mx);
        return mx.has_value();
    }
    const auto address = route::IpAddress::parse(text);
    // An IPv4 address in an AAAA record (::ffff:192.0.2.1) is read as that IPv4 address.
    if (!address || text.contains(':') != (type == route::DnsType::aaaa)) return false;
    answer->addresses.push_back(*address);
    return true;
}

std::optional<DnsAnswer> read_answer(route::DnsType type, int outcome, const char* const* records,
                                     std::size_t count, bool is_secure) {
    auto answer = bare_answer(outcome);
    if (!answer || (answer->outcome == route::DnsOutcome::answered) != (count > 0)) return {};
    answer->is_secure = is_secure && answer->outcome != route::DnsOutcome::failed;
    answer->ttl_seconds = ttl_seconds;
    for (std::size_t i = 0; i < count; ++i) {
        if (records == nullptr || records[i] == nullptr) return std::nullopt;
        if (!read_record(type, records[i], &*answer)) return std::nullopt;
    }
    return answer;
}

turnaway_check* begin(std::string_view domain) {
    auto check = std::make_unique<turnaway_check>();
    auto subject = check::parse_subject(domain, false);
    if (subject) {
        check->domain.emplace(*std::move(subject), check::CheckSettings(), 0);
    } else {
        check->error = subject.error();
    }
    return check.release();
}

// The question stays in `asked`: its name must live on.
const DnsQuestion* next_question(turnaway_check& check) {
    if (!check.domain) return nullptr;
    if (check.given == check.asked.size()) {
        for (auto& question : check.domain->next_questions(now)) check.asked.push_back(question);
    }
    return check.given < check.asked.size() ? &check.asked[check.given++] : nullptr;
}

int take(turnaway_check& check, std::string_view name, int type, std::optional<DnsAnswer> answer) {
    const auto dns_type = type_of(type);
    auto domain = mail::Domain::parse(name);
    if (!check.domain || !dns_type || !domain || !answer) return -1;
    const DnsQuestion question{.name = *std::move(domain), .type = *dns_type};
    return check.domain->take(question, *std::move(answer), now) ? 0 : -1;
}

turnaway_result* result_of(turnaway_check& check) {
    auto result = std::make_unique<turnaway_result>();
    if (!check.domain) {
        result->error = check.error;
        return result.release();
    }
    if (!check.domain->is_done()) check.domain->give_up(now);
    const auto& assessment = check.domain->assessment();
    Record record;
    record.add("input", assessment.subject.input);
    if (const auto* domain = assessment.subject.domain()) record.add("domain", domain->text());
    record.add("accepts_mail", check::name(assessment.acceptance));
    record.add("verdict", check::name(assessment.verdict));
    record.add("answer", check::sentence_of(assessment));
    record.add("code", check::code_of(assessment));
    record.add("mx", check::mx_of(assessment));
    record.add("resembles", assessment.resembles);
    result->records.push_back(std::move(record));
    return result.release();
}

}  // namespace
}  // namespace turnaway::library

using namespace turnaway::library;

turnaway_check* turnaway_check_new(const char* domain, size_t bytes) {
    return guarded([&] { return begin(domain != nullptr ? std::string_view(domain, bytes) : ""); });
}

int turnaway_check_question(turnaway_check* check, const char** name, int* type) {
    return guarded([&] {
        if (check == nullptr || name == nullptr || type == nullptr) return 0;
        const auto* question = next_question(*check);
        if (question == nullptr) return 0;
        *name = question->name.text().c_str();
        *type = number_of(question->type);
        return 1;
    });
}

int turnaway_check_answer(turnaway_check* check, const char* name, int type, int outcome,
                          const char* const* records, size_t count, int is_secure) {
    if (check == nullptr || name == nullptr) return -1;
    try {
        const auto dns_type = type_of(type);
        if (!dns_type) return -1;
        return take(*check, name, type,
                    read_answer(*dns_type, outcome, records, count, is_secure != 0));
    } catch (const std::exception&) {
        return -1;
    }
}

turnaway_result* turnaway_check_result(turnaway_check* check) {
    if (check == nullptr) return nullptr;
    return guarded([&] { return result_of(*check); });
}

void turnaway_check_free(turnaway_check* check) {
    delete check;
}
