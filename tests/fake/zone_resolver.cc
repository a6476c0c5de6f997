#include "fake/zone_resolver.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/check.h"
#include "base/text.h"

namespace turnaway::fake {
namespace {

using route::DnsAnswer;
using route::DnsFailure;
using route::DnsOutcome;
using route::DnsType;

constexpr std::uint32_t default_ttl_seconds = 300;
constexpr std::size_t cname_steps_max = 8;

[[noreturn]] void give_up(std::size_t line_number, std::string_view why) {
    std::fprintf(stderr, "zone text, line %zu: %.*s\n", line_number, static_cast<int>(why.size()),
                 why.data());
    std::abort();
}

// Up to a blank or a comment, or to the end of the quotes it begins with.
std::size_t word_bytes(std::string_view line) {
    if (line[0] != '"') return std::min(line.size(), line.find_first_of(" \t;"));
    std::size_t at = 1;
    while (at < line.size() && line[at] != '"') at += line[at] == '\\' ? 2 : 1;
    return std::min(line.size(), at + 1);
}

// What stands between the quotes; as it is when there are none.
std::string unquoted(std::string_view word) {
    if (!word.starts_with('"')) return std::string(word);
    std::string text;
    for (std::size_t at = 1; at + 1 < word.size(); ++at) {
        if (word[at] == '\\') ++at;
        text += word[at];
    }
    return text;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (line = base::trim(line); !line.empty() && line[0] != ';'; line = base::trim(line)) {
        words.push_back(line.substr(0, word_bytes(line)));
        line.remove_prefix(words.back().size());
    }
    return words;
}

mail::Domain domain(std::string_view text, std::size_t line_number) {
    auto name = mail::Domain::parse(text);
    if (!name) give_up(line_number, "not a domain name: " + std::string(text));
    return *std::move(name);
}

std::optional<DnsType> type_of(std::string_view word) {
    if (word == "MX") return DnsType::mx;
    if (word == "A") return DnsType::a;
    if (word == "AAAA") return DnsType::aaaa;
    if (word == "TXT") return DnsType::txt;
    return std::nullopt;
}

std::optional<DnsFailure> failure_of(std::string_view word) {
    if (word == "SERVFAIL") return DnsFailure::servfail;
    if (word == "TIMEOUT") return DnsFailure::timeout;
    if (word == "REFUSED") return DnsFailure::refused;
    if (word == "BOGUS") return DnsFailure::bogus;
    return std::nullopt;
}

}  // namespace

void ZoneResolver::add(std::string_view zone_text) {
    for (std::size_t line_number = 1; !zone_text.empty(); ++line_number) {
        const auto line = zone_text.substr(0, zone_text.find('\n'));
        add_line(line, line_number);
        zone_text.remove_prefix(std::min(zone_text.size(), line.size() + 1));
    }
}

void ZoneResolver::clear() {
    names_.clear();
    secure_.clear();
}

void ZoneResolver::add_line(std::string_view line, std::size_t line_number) {
    auto words = words_of(line);
    if (words.empty()) return;
    if (words.size() < 2) give_up(line_number, "a name and what it has, please");
    if (words[0] == "$SECURE") {
        secure_.insert(domain(words[1], line_number));
        return;
    }
    if (words[0] == "$NEGATIVE_TTL") {
        const auto seconds = base::parse_unsigned<std::uint32_t>(words[1]);
        if (!seconds) give_up(line_number, "not a number of seconds");
        negative_ttl_seconds_ = *seconds;
        return;
    }
    Name& name = names_[domain(words[0], line_number)];
    words.erase(words.begin());
    const auto ttl = base::parse_unsigned<std::uint32_t>(words.front());
    if (ttl) words.erase(words.begin());
    name.ttl_seconds = std::min(name.ttl_seconds, ttl.value_or(default_ttl_seconds));
    if (!words.empty() && words.front() == "IN") words.erase(words.begin());
    add_record(name, words, line_number);
}

void ZoneResolver::add_record(Name& name, const std::vector<std::string_view>& words,
                              std::size_t line_number) {
    const std::string_view type = words.empty() ? "" : words[0];
    if (const auto failure = failure_of(type)) {
        const auto only = words.size() > 1 ? type_of(words[1]) : std::nullopt;
        for (const DnsType asked : {DnsType::mx, DnsType::a, DnsType::aaaa, DnsType::txt}) {
            if (!only || *only == asked) name.failures[asked] = *failure;
        }
    } else if (type == "MX" && words.size() == 3) {
        const auto preference = base::parse_unsigned<std::uint16_t>(words[1]);
        if (!preference) give_up(line_number, "a preference is 0 to 65535");
        name.mx.push_back({*preference, route::parse_exchange(words[2])});
    } else if ((type == "A" || type == "AAAA") && words.size() == 2) {
        // The bytes as they are, so that ::ffff:127.0.0.1 stands in an AAAA record.
        const auto address = route::IpAddress::parse(words[1]);
        if (!address) give_up(line_number, "not an IP address");
        (type == "A" ? name.a : name.aaaa).push_back(*address);
    } else if (type == "CNAME" && words.size() == 2) {
        name.cname = domain(words[1], line_number);
    } else if (type == "TXT" && words.size() > 1) {
        std::string& text = name.texts.emplace_back();
        for (std::size_t i = 1; i < words.size(); ++i) text += unquoted(words[i]);
    } else {
        give_up(line_number, "not a record this fake knows");
    }
}

void ZoneResolver::ask(const route::DnsQuestion& question, Done done) {
    ++questions_count_;
    ++counts_[question];
    if (is_held_) {
        held_.emplace_back(question, std::move(done));
    } else {
        done(answer(question));
    }
}

void ZoneResolver::release() {
    is_held_ = false;
    while (!held_.empty()) {
        const auto [question, done] = std::move(held_.back());
        held_.pop_back();
        done(answer(question));
    }
}

std::size_t ZoneResolver::questions_count(const route::DnsQuestion& question) const {
    const auto found = counts_.find(question);
    return found == counts_.end() ? 0 : found->second;
}

bool ZoneResolver::has_names_below(const mail::Domain& name) const {
    return std::ranges::any_of(
        names_, [&](const auto& known) { return known.first.is_subdomain_of(name); });
}

bool ZoneResolver::is_secure(const mail::Domain& name) const {
    return std::ranges::any_of(secure_,
                               [&](const mail::Domain& top) { return name.is_subdomain_of(top); });
}

DnsAnswer ZoneResolver::answer(const route::DnsQuestion& question) const {
    DnsAnswer answer{.outcome = DnsOutcome::no_such_name,
                     .is_secure = true,
                     .ttl_seconds = negative_ttl_seconds_};
    mail::Domain at = question.name;
    std::uint32_t chain_ttl_seconds = UINT32_MAX;
    for (std::size_t steps = 0; steps <= cname_steps_max; ++steps) {
        answer.is_secure = answer.is_secure && is_secure(at);
        const auto found = names_.find(at);
        if (found == names_.end()) {
            if (has_names_below(at)) answer.outcome = DnsOutcome::no_data;
            answer.ttl_seconds = std::min(answer.ttl_seconds, chain_ttl_seconds);
            return answer;
        }
        const Name& name = found->second;
        if (const auto failure = name.failures.find(question.type);
            failure != name.failures.end()) {
            return {.outcome = DnsOutcome::failed, .failure = failure->second};
        }
        if (name.cname) {
            chain_ttl_seconds = std::min(chain_ttl_seconds, name.ttl_seconds);
            at = *name.cname;
            answer.canonical_name = at;
            continue;
        }
        if (question.type == DnsType::mx) answer.mx = name.mx;
        if (question.type == DnsType::a) answer.addresses = name.a;
        if (question.type == DnsType::aaaa) answer.addresses = name.aaaa;
        if (question.type == DnsType::txt) answer.texts = name.texts;
        const bool has_data =
            !answer.mx.empty() || !answer.addresses.empty() || !answer.texts.empty();
        answer.outcome = has_data ? DnsOutcome::answered : DnsOutcome::no_data;
        answer.ttl_seconds =
            std::min(chain_ttl_seconds, has_data ? name.ttl_seconds : negative_ttl_seconds_);
        return answer;
    }
    return {.outcome = DnsOutcome::failed, .failure = DnsFailure::servfail};  // CNAME in a circle
}

route::Route drive(route::RouteQuery query, route::Resolver& resolver) {
    while (!query.is_done()) {
        const auto questions = query.next_questions();
        TURNAWAY_CHECK(!questions.empty());  // or the resolver holds its answers back
        for (const auto& question : questions) {
            resolver.ask(question, [&](const DnsAnswer& answer) {
                TURNAWAY_CHECK(query.take(question, answer));
            });
        }
    }
    return query.route();
}

}  // namespace turnaway::fake
