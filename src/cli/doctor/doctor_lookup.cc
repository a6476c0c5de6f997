#include "cli/doctor/doctor_lookup.h"

#include <arpa/nameser.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "cli/doctor/doctor_context.h"
#include "io/dns/absence_trial.h"
#include "io/dns/dns_message.h"
#include "io/dns/dns_rdata.h"
#include "judge/routing.h"

namespace turnaway::cli {
namespace {

constexpr std::string_view no_answer = "the server sent no usable answer";

struct Pending {
    bool is_answered = false;
    int error = 0;
    ub_result* result = nullptr;
};

void take_answer(void* pending, int error, ub_result* result) {
    *static_cast<Pending*>(pending) = {.is_answered = true, .error = error, .result = result};
}

LookupAnswer failed(std::string words) {
    LookupAnswer answer;
    answer.failure = std::move(words);
    return answer;
}

std::string_view message_of(const ub_result& result) {
    return {static_cast<const char*>(result.answer_packet),
            result.answer_packet == nullptr ? 0 : static_cast<std::size_t>(result.answer_len)};
}

LookupAnswer answer_of(const ub_result& result) {
    if (result.bogus != 0) {
        auto answer = failed("the answer does not validate");
        answer.is_bogus = true;
        return answer;
    }
    if (result.rcode == ns_r_servfail) return failed("the server failed (SERVFAIL)");
    if (result.rcode == ns_r_refused) return failed("the server refused to answer (REFUSED)");
    if (result.rcode != ns_r_noerror && result.rcode != ns_r_nxdomain) {
        return failed("the server answered with the code " + std::to_string(result.rcode));
    }
    LookupAnswer answer;
    for (std::size_t i = 0; result.data != nullptr && result.data[i] != nullptr; ++i) {
        answer.rdata.emplace_back(result.data[i], static_cast<std::size_t>(result.len[i]));
    }
    if (!answer.rdata.empty() && result.nxdomain != 0) return failed(std::string(no_answer));
    answer.is_secure = result.secure != 0;
    answer.kind = !answer.rdata.empty()  ? LookupAnswer::Kind::records
                  : result.nxdomain != 0 ? LookupAnswer::Kind::no_such_name
                                         : LookupAnswer::Kind::none;
    return answer;
}

}  // namespace

std::vector<route::IpAddress> LookupAnswer::addresses() const {
    std::vector<route::IpAddress> found;
    for (const auto& each : rdata) {
        if (const auto address = io::read_address(each)) found.push_back(*address);
    }
    return found;
}

std::vector<std::string> LookupAnswer::names() const {
    std::vector<std::string> found;
    for (const auto& each : rdata) {
        auto name = io::name_text(each);
        if (!name) continue;
        if (name->size() > 1) name->pop_back();
        found.push_back(*std::move(name));
    }
    return found;
}

base::Result<DoctorLookup> DoctorLookup::open(const relay::Config& config) {
    auto context = io::make_unbound_context(judge::resolver_settings(config.dns));
    if (!context) return std::unexpected(context.error());
    return DoctorLookup(*std::move(context));
}

LookupAnswer DoctorLookup::ask(const std::string& name, int type) {
    const auto until = std::chrono::steady_clock::now() + doctor_wait_max;
    const auto found = ask_libunbound(name, type, until);
    if (!found.result) return failed(found.failure);
    auto answer = answer_of(*found.result);
    const bool is_absence =
        answer.kind == LookupAnswer::Kind::none || answer.kind == LookupAnswer::Kind::no_such_name;
    if (!is_absence || answer.is_secure) return answer;
    return is_proven(*found.result, until) ? answer : failed(std::string(no_answer));
}

DoctorLookup::Found DoctorLookup::ask_libunbound(const std::string& name, int type,
                                                 Clock::time_point until) {
    Pending pending;
    int id = 0;
    if (const int error = ub_resolve_async(context_.get(), name.c_str(), type, ns_c_in, &pending,
                                           take_answer, &id)) {
        return {.failure = ub_strerror(error)};
    }
    while (!pending.is_answered) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
        pollfd request{.fd = ub_fd(context_.get()), .events = POLLIN, .revents = 0};
        if (left.count() <= 0 || poll(&request, 1, static_cast<int>(left.count())) == 0) {
            ub_cancel(context_.get(), id);
            return {.failure =
                        "no answer within " + std::to_string(doctor_wait_max.count()) + " s"};
        }
        if (const int error = ub_process(context_.get())) {
            ub_cancel(context_.get(), id);  // `pending` is destroyed
            return {.failure = ub_strerror(error)};
        }
    }
    Found found{.result = Result(pending.result, ub_resolve_free)};
    if (pending.error != 0 || !found.result) {
        found.result.reset();
        found.failure = ub_strerror(pending.error);
    }
    return found;
}

bool DoctorLookup::is_proven(const ub_result& result, Clock::time_point until) {
    const auto name = mail::Domain::parse(result.qname);
    if (!name) return false;
    if (io::is_absence(*name, result.qtype, message_of(result))) return true;
    const auto unproven = io::read_control(*name, result.qtype, message_of(result));
    if (!unproven || unproven->has_records) return false;
    io::AbsenceTrial trial({*name, result.qtype}, unproven->absence);
    while (const auto* const question = trial.next()) {
        const auto found = ask_libunbound(question->name.text(), question->type, until);
        const bool is_answer = found.result && found.result->bogus == 0;
        trial.take(is_answer
                       ? io::read_control(question->name, question->type, message_of(*found.result))
                       : std::nullopt);
    }
    return trial.is_believed();
}

LookupAnswer DoctorLookup::ask_addresses(const std::string& name,
                                         std::vector<route::IpAddress>* found) {
    auto first = ask(name, ns_t_a);
    auto second = ask(name, ns_t_aaaa);
    std::ranges::copy(first.addresses(), std::back_inserter(*found));
    std::ranges::copy(second.addresses(), std::back_inserter(*found));
    if (first.kind == LookupAnswer::Kind::records) return first;
    if (second.kind == LookupAnswer::Kind::records || !second.has_come()) return second;
    return first;
}

}  // namespace turnaway::cli
