// Judge: the verdicts on MAIL, RCPT and the header of a message, with the lookups they need.
//
// Combines verdict/ (the rules), routing (DNS), the memory of refusing hosts and the greeting
// probes. Slow DNS delays only this session, at most until the deadline of the lookup. One thread,
// the event loop's. DESIGN section 6. Known gap: sessions of one event loop share a lookup, those
// of different loops do not.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>

#include "judge/destination.h"
#include "judge/greeting_probes.h"
#include "judge/refusing_hosts.h"
#include "judge/routing.h"
#include "judge/rules.h"
#include "mail/address.h"
#include "route/ip_address.h"
#include "verdict/answer.h"

namespace turnaway::judge {

struct JudgedRecipient {
    mail::Address address;
    bool is_postmaster = false;  // any client may send mail to it
};

class Judge {
  public:
    using Clock = Routing::Clock;
    using RulesPtr = std::shared_ptr<const Rules>;
    // Whether a recipient exists: the answer `accepted`, or a refusal. Called for recipients that
    // would otherwise be accepted.
    using UserCheck = std::function<asio::awaitable<verdict::Answer>(
        Destination destination, RoutePtr route, verdict::Answer accepted)>;

    // Both outlive the judge.
    Judge(Routing& routing, RefusingHosts& hosts, GreetingProbes probes)
        : routing_(routing), hosts_(hosts), probes_(probes) {}

    asio::awaitable<verdict::Answer> judge_sender(RulesPtr rules, route::IpAddress client,
                                                  mail::ReversePath sender);
    // For a whole header, after the final dot; nothing if the message is accepted.
    asio::awaitable<std::optional<verdict::Answer>> judge_author(std::string_view header);
    // `check_user` is called for recipients of clients outside the networks; null: all exist.
    asio::awaitable<verdict::Answer> judge_recipient(RulesPtr rules, route::IpAddress client,
                                                     JudgedRecipient asked, UserCheck check_user);
    // The same answers from what is known; nothing: a lookup or a probe is needed. All users exist.
    // A null sender is `<>`.
    std::optional<verdict::Answer> recall_sender(const Rules& rules, const route::IpAddress& client,
                                                 const mail::Address* sender,
                                                 Clock::time_point now);
    std::optional<verdict::Answer> recall_recipient(const Rules& rules,
                                                    const route::IpAddress& client,
                                                    const mail::Address& recipient,
                                                    Clock::time_point now);

  private:
    Routing& routing_;
    RefusingHosts& hosts_;
    GreetingProbes probes_;
};

}  // namespace turnaway::judge
