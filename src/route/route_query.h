// RouteQuery: from one destination to its Route, without I/O: it lists the questions to ask, takes
// the answers in any order, and ends.
//
// First the MX of the domain, then A and AAAA of every exchange (or of the domain itself when it
// has no MX) all at once: two rounds, at most 1 + 2 * base::limits::route_mx_max questions. An MX
// that cannot be used is an error and never a reason to use the domain's own address (RFC 5321
// section 5.1, requirement 41). Deadlines and caching belong to the caller and its resolver. The
// same answers give the same route whatever their order. If DNS answers for every MX name that it
// has no address, that is an error of the domain.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mail/address_literal.h"
#include "mail/domain.h"
#include "route/dns_answer.h"
#include "route/host_addresses.h"
#include "route/mx_set.h"
#include "route/route.h"
#include "route/route_settings.h"

namespace turnaway::route {

class RouteQuery {
  public:
    // `settings` must outlive the query. The seed orders hosts of equal preference.
    RouteQuery(mail::Domain destination, const RouteSettings& settings, std::uint64_t shuffle_seed);
    // Done at once: a literal needs no DNS.
    RouteQuery(const mail::AddressLiteral& destination, const RouteSettings& settings);
    // A host by name: its own addresses are queried, whatever its MX records.
    static RouteQuery of_host(mail::Domain host, const RouteSettings& settings);

    // The questions to ask now; each is returned once. Empty while answers are awaited and when
    // done.
    std::vector<DnsQuestion> next_questions();
    // False, without effect, when the question was not asked or already has its answer.
    bool take(const DnsQuestion& question, DnsAnswer answer);
    // Ends the query now: open questions count as timed out.
    void give_up();

    bool is_done() const { return route_.has_value(); }
    // Only when done.
    const Route& route() const;

  private:
    explicit RouteQuery(const RouteSettings& settings);

    struct Open {
        DnsQuestion question;
        std::optional<DnsAnswer> answer;
    };

    void ask(DnsQuestion question);
    void count_in(const DnsAnswer& answer);
    void advance();
    void read_mx_answer(const DnsAnswer& answer);
    void take_destination_as_host();
    void ask_for_addresses();
    void finish_hosts();
    void finish_without_hosts(const std::vector<HostAddresses>& looks);
    void add_notes(const std::vector<Note>& notes);
    void finish(RouteKind kind);

    const RouteSettings* settings_;
    std::optional<mail::Domain> destination_;
    std::uint64_t shuffle_seed_ = 0;

    std::vector<Open> open_;  // of this round: the MX, or A and AAAA of each of hosts_
    std::size_t given_out_ = 0;
    std::size_t unanswered_ = 0;
    bool is_implicit_ = false;     // the destination itself is the host
    bool is_of_host_ = false;      // named by the caller
    bool some_left_out_ = false;   // there were too many MX
    std::vector<MxRecord> hosts_;  // exchanges that are names, in the order to try
    std::optional<std::uint16_t> our_preference_;

    Route building_;
    bool all_secure_ = true;              // every answer so far was validated
    bool some_doubtful_absence_ = false;  // an NXDOMAIN without validation
    bool some_doubtful_lack_ = false;     // a name without records of the type, without validation
    std::optional<Route> route_;
};

}  // namespace turnaway::route
