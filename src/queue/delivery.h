// Delivery: one round for the recipients of one message at one destination, over the hosts of its
// route.
//
// Pure: it says which address to dial for whom, is told what came of it, and in the end judges each
// recipient once (queue/disposition.h). Hosts go by preference (RFC 5321 section 5.1); an address
// where the host refused for good, in this round or an earlier one, is not asked again for that
// recipient. That and a connection that fails lead to the host's next address, a temporary reply to
// MAIL, RCPT or DATA to the next host, a permanent one to nowhere. Addresses that rest
// (queue/host_health.h) come last, and only until the recipient had two. At most
// hosts_per_round_max hosts, and base::limits::round_addresses_of_host_max addresses of each;
// later rounds begin further on.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/limits.h"
#include "queue/attempts.h"
#include "queue/disposition.h"
#include "queue/lifetimes.h"
#include "queue/message.h"
#include "route/route.h"
#include "smtp/client_outcome.h"

namespace turnaway::queue {

struct DeliverySettings {
    Lifetimes lifetimes = {};
    Greeting5yz greeting_5xx = Greeting5yz::bounce;
    std::size_t hosts_per_round_max = base::limits::round_hosts_max;  // at least 2
    bool is_null_sender = false;
    // Asked once for each address, in the constructor; none: no address rests.
    std::function<bool(const route::IpAddress&)> is_resting = {};
};

class Delivery {
  public:
    struct Target {
        std::size_t host;                     // index in route.hosts
        std::size_t address;                  // index in its addresses
        std::vector<std::size_t> recipients;  // indexes into the states, at least one
    };

    // `route` must outlive the delivery. All of `states` are waiting.
    Delivery(const route::Route& route, std::vector<RecipientState> states,
             DeliverySettings settings, std::chrono::sys_seconds arrival,
             std::chrono::sys_seconds now);

    // Which address to dial next and for whom; nothing: the round is over. The same address comes
    // again at once for recipients the host took no more of (requirement 35).
    std::optional<Target> next();

    // The host or the connection failed before a transaction began, for all of the target.
    // `words` are ours; empty: describe(outcome).
    void host_failed(const Target& target, const smtp::ClientOutcome& outcome,
                     std::string_view words, std::chrono::sys_seconds now);
    // One outcome for each recipient of the target, in its order; nothing: no word on that one, so
    // it goes on to the next address. host_failed() may follow for those that have no outcome.
    // `is_dsn_offered`: the host was given the sender's wishes for reports (RFC 3461).
    void took(const Target& target, std::span<const std::optional<smtp::ClientOutcome>> outcomes,
              std::chrono::sys_seconds now, bool is_dsn_offered = false);

    // The content cannot be read, so that no host can be asked: a temporary attempt for everybody
    // who is not decided. Instead of any further target.
    void content_unreadable(std::string_view words, std::chrono::sys_seconds now);

    // Once, at any time; the round is over by it. One for each state, in their order.
    std::vector<Disposition> judge(std::chrono::sys_seconds now, std::uint64_t random);
    // After judge(), once: with the new attempts, tries and due; `done` where delivered. What
    // failed is still `waiting`: it is done when its report is.
    std::vector<RecipientState> take_states();

  private:
    enum class Door : std::uint8_t {
        open,
        passed,  // the host said "later" to this recipient: its other addresses would say the same
        closed,  // refused for good here
    };
    struct Recipient {
        RecipientState state;
        std::vector<Door> doors;               // of each address of the route, host by host
        std::size_t fresh = 0;                 // attempts of this round
        std::size_t dialled = 0;               // addresses in this round
        std::optional<std::size_t> stop = {};  // where the last of them was made
        bool is_decided = false;
        bool is_dsn_offered = false;
    };
    struct Stop {
        std::size_t host;
        std::size_t address;
        bool is_resting;
    };

    std::size_t door_of(std::size_t host, std::size_t address) const;
    void open_doors(Recipient* recipient) const;
    void plan_stops();
    bool wants(const Recipient& recipient, const Stop& stop) const;
    void record(const Target& target, std::size_t recipient, const smtp::ClientOutcome& outcome,
                std::string_view words, std::chrono::sys_seconds now);
    void add(Recipient* recipient, Attempt attempt);

    const route::Route* route_;
    DeliverySettings settings_;
    std::chrono::sys_seconds arrival_;
    std::vector<Recipient> recipients_;
    std::vector<std::size_t> first_doors_;  // of each host
    std::vector<Stop> stops_;
    std::size_t at_ = 0;  // the next stop
    std::optional<Target> again_;
    std::vector<bool> is_dialled_;  // each host, in this round
    std::size_t hosts_dialled_ = 0;
    bool is_judged_ = false;
};

}  // namespace turnaway::queue
