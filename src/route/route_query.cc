#include "route/route_query.h"

#include <algorithm>
#include <span>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "route/answer_age.h"

namespace turnaway::route {
namespace {

namespace limits = base::limits;

// An answer is one of two things: records of the type asked for, or none.
DnsAnswer tidy(DnsType type, DnsAnswer answer) {
    if (type != DnsType::mx || answer.outcome != DnsOutcome::answered) answer.mx.clear();
    if (type == DnsType::mx || answer.outcome != DnsOutcome::answered) answer.addresses.clear();
    if (answer.outcome == DnsOutcome::failed) answer.is_secure = false;
    if (answer.outcome == DnsOutcome::answered && answer.mx.empty() && answer.addresses.empty()) {
        answer.outcome = DnsOutcome::no_data;
    }
    return answer;
}

// RFC 6761 section 6.3: the name is this machine's, and should not be looked up in DNS; some
// servers refuse to answer.
DnsAnswer answer_for_localhost(DnsType type) {
    DnsAnswer answer{.outcome = DnsOutcome::answered,
                     .ttl_seconds = static_cast<std::uint32_t>(limits::route_age_max.count())};
    for (const auto loopback : {"127.0.0.1", "::1"}) {
        const auto address = IpAddress::parse(loopback);
        TURNAWAY_CHECK(address.has_value());
        const bool is_asked_for = address->is_ipv4() ? type == DnsType::a : type == DnsType::aaaa;
        if (is_asked_for) answer.addresses.push_back(*address);
    }
    return tidy(type, std::move(answer));
}

bool any_is(const std::vector<HostAddresses>& looks, HostState state) {
    return std::ranges::find(looks, state, &HostAddresses::state) != looks.end();
}

}  // namespace

RouteQuery::RouteQuery(mail::Domain destination, const RouteSettings& settings,
                       std::uint64_t shuffle_seed)
    : RouteQuery(settings) {
    destination_ = std::move(destination);
    shuffle_seed_ = shuffle_seed;
    if (destination_->is_root()) {
        finish(RouteKind::no_mail_host);
    } else {
        ask({*destination_, DnsType::mx});
        if (unanswered_ == 0) advance();
    }
}

RouteQuery::RouteQuery(const mail::AddressLiteral& destination, const RouteSettings& settings)
    : RouteQuery(settings) {
    all_secure_ = false;
    const auto address = IpAddress::parse(destination.content());
    if (destination.kind() == mail::AddressLiteral::Kind::general || !address) {
        finish(RouteKind::no_mail_host);
        return;
    }
    const HostState state = state_of(*address, settings);
    if (state == HostState::usable) building_.hosts.push_back({.addresses = {*address}});
    finish(state == HostState::usable ? RouteKind::hosts
           : state == HostState::ours ? RouteKind::ourselves
                                      : RouteKind::loopback_only);
}

RouteQuery::RouteQuery(const RouteSettings& settings) : settings_(&settings) {
    building_.ttl = limits::route_age_max;
}

RouteQuery RouteQuery::of_host(mail::Domain host, const RouteSettings& settings) {
    RouteQuery query(settings);
    query.destination_ = std::move(host);
    query.is_of_host_ = true;
    if (query.destination_->is_root()) {
        query.finish(RouteKind::no_mail_host);
    } else {
        query.take_destination_as_host();
        if (!query.is_done()) query.ask_for_addresses();
    }
    return query;
}

std::vector<DnsQuestion> RouteQuery::next_questions() {
    std::vector<DnsQuestion> questions;
    if (is_done()) return questions;
    for (; given_out_ < open_.size(); ++given_out_) {
        const Open& open = open_[given_out_];
        if (!open.answer) questions.push_back(open.question);
    }
    return questions;
}

bool RouteQuery::take(const DnsQuestion& question, DnsAnswer answer) {
    if (is_done()) return false;
    const auto asked = std::span(open_).first(given_out_);
    const auto open = std::ranges::find(asked, question, &Open::question);
    if (open == asked.end() || open->answer) return false;
    open->answer = tidy(question.type, std::move(answer));
    if (--unanswered_ == 0) advance();
    return true;
}

void RouteQuery::give_up() {
    while (!is_done()) {
        for (Open& open : open_) {
            if (open.answer) continue;
            open.answer = DnsAnswer{.failure = DnsFailure::timeout};
        }
        advance();
    }
}

const Route& RouteQuery::route() const {
    TURNAWAY_CHECK(is_done());
    return *route_;
}

void RouteQuery::ask(DnsQuestion question) {
    std::optional<DnsAnswer> known;
    if (question.name.is_localhost()) known = answer_for_localhost(question.type);
    if (!known) ++unanswered_;
    open_.push_back({.question = std::move(question), .answer = std::move(known)});
}

// Applies an answer of this round to the validity time and the security of the route.
void RouteQuery::count_in(const DnsAnswer& answer) {
    building_.ttl = std::min(building_.ttl, believable(answer));
    all_secure_ = all_secure_ && answer.is_secure;
    some_doubtful_absence_ |= answer.outcome == DnsOutcome::no_such_name && !answer.is_secure;
    some_doubtful_lack_ |= answer.outcome == DnsOutcome::no_data && !answer.is_secure;
}

void RouteQuery::advance() {
    for (const Open& open : open_) count_in(*open.answer);
    if (open_.front().question.type != DnsType::mx) {
        finish_hosts();
        return;
    }
    const DnsAnswer answer = *std::move(open_.front().answer);
    open_.clear();
    given_out_ = 0;
    unanswered_ = 0;
    read_mx_answer(answer);
}

void RouteQuery::read_mx_answer(const DnsAnswer& answer) {
    building_.is_secure = answer.is_secure;
    switch (answer.outcome) {
        case DnsOutcome::failed:
            building_.failure = answer.failure;
            finish(RouteKind::later);
            return;
        case DnsOutcome::no_such_name:
            finish(RouteKind::no_such_domain);
            return;
        case DnsOutcome::no_data:
            add_notes({{NoteKind::implicit_mx, destination_->text()}});
            take_destination_as_host();
            if (is_done()) return;
            break;
        case DnsOutcome::answered: {
            MxSet set = read_mx(*destination_, answer.mx, *settings_, shuffle_seed_);
            add_notes(set.notes);
            some_left_out_ =
                std::ranges::find(set.notes, NoteKind::too_many_mx, &Note::kind) != set.notes.end();
            if (set.is_null) {
                finish(RouteKind::null_mx);
                return;
            }
            our_preference_ = set.our_preference;
            hosts_ = std::move(set.records);
            break;
        }
    }
    ask_for_addresses();
}

void RouteQuery::take_destination_as_host() {
    is_implicit_ = true;
    if (settings_->is_ours(*destination_)) return finish(RouteKind::ourselves);
    hosts_.push_back({.preference = 0, .exchange = *destination_});
}

void RouteQuery::ask_for_addresses() {
    std::erase_if(hosts_, [this](const MxRecord& record) {
        const auto* unreadable = std::get_if<UnreadableName>(&record.exchange);
        if (unreadable == nullptr) return false;
        const bool is_address = is_address_text(record.exchange);
        add_notes({{is_address ? NoteKind::address_as_exchange : NoteKind::unreadable_exchange,
                    unreadable->text}});
        return true;
    });
    if (hosts_.empty()) {
        finish_without_hosts({});
        return;
    }
    for (const MxRecord& record : hosts_) {
        ask({std::get<mail::Domain>(record.exchange), DnsType::a});
        ask({std::get<mail::Domain>(record.exchange), DnsType::aaaa});
    }
    if (unanswered_ == 0) advance();
}

void RouteQuery::finish_hosts() {
    std::vector<HostAddresses> looks;
    looks.reserve(hosts_.size());
    for (std::size_t i = 0; i < hosts_.size(); ++i) {
        looks.push_back(addresses_of_host(std::get<mail::Domain>(hosts_[i].exchange),
                                          hosts_[i].preference, *open_[2 * i].answer,
                                          *open_[2 * i + 1].answer, *settings_));
    }
    const auto us = std::ranges::find(looks, HostState::ours, &HostAddresses::state);
    if (us != looks.end()) {  // the first is the best: hosts_ is in order
        const std::uint16_t preference = us->host.preference;
        our_preference_ = preference;
        std::erase_if(
            looks, [&](const HostAddresses& look) { return look.host.preference >= preference; });
    }
    for (HostAddresses& look : looks) {
        add_notes(look.notes);
        const std::string& exchange = look.host.name->text();
        if (look.host.canonical_name && !is_implicit_) {
            add_notes({{NoteKind::alias_as_exchange, exchange}});
        }
        if (look.state == HostState::failed) add_notes({{NoteKind::failed_exchange, exchange}});
        if (!is_implicit_ &&
            (look.state == HostState::no_such_name || look.state == HostState::no_address)) {
            add_notes({{NoteKind::dangling_exchange, exchange}});
        }
        if (look.state == HostState::usable) building_.hosts.push_back(std::move(look.host));
    }
    if (building_.hosts.empty()) {
        finish_without_hosts(looks);
        return;
    }
    building_.has_failed_exchange = std::ranges::any_of(looks, &HostAddresses::is_partly_unknown);
    if (is_of_host_) building_.is_secure = building_.hosts.front().is_secure;
    finish(RouteKind::hosts);
}

// `looks` are those that are better than this host; none of them is usable.
void RouteQuery::finish_without_hosts(const std::vector<HostAddresses>& looks) {
    const auto failed = std::ranges::find(looks, HostState::failed, &HostAddresses::state);
    if (failed != looks.end()) {
        building_.failure = failed->failure;
        finish(RouteKind::later);
    } else if (our_preference_) {
        finish(RouteKind::ourselves);
    } else if (some_left_out_) {
        finish(RouteKind::later);  // one of those may be a host
    } else if (any_is(looks, HostState::undialable)) {
        finish(RouteKind::loopback_only);
    } else if (is_implicit_) {
        finish(RouteKind::no_mail_host);
    } else {
        finish(RouteKind::unusable_mx);
    }
}

void RouteQuery::add_notes(const std::vector<Note>& notes) {
    building_.notes.insert(building_.notes.end(), notes.begin(), notes.end());
}

void RouteQuery::finish(RouteKind kind) {
    building_.kind = kind;
    if (kind != RouteKind::hosts) building_.is_secure = all_secure_;
    const bool is_permanent = kind != RouteKind::hosts && kind != RouteKind::later;
    // An MX that exists without an address is an error only when DNS reports it twice.
    const bool is_doubtful =
        some_doubtful_absence_ || (kind == RouteKind::unusable_mx && some_doubtful_lack_);
    building_.is_worth_asking_again = is_permanent && is_doubtful;
    std::ranges::sort(building_.notes);
    const auto repeated = std::ranges::unique(building_.notes);
    building_.notes.erase(repeated.begin(), repeated.end());
    open_.clear();
    route_ = std::move(building_);
}

}  // namespace turnaway::route
