// Delivery: one round over the hosts of a route, for the recipients of one message at one
// destination.
//
// Pure: it returns the addresses to dial, each with its recipients, takes the results, and finally
// judges each recipient once (queue/disposition.h). Hosts are tried by preference (RFC 5321 section
// 5.1); an address where the host refused permanently, in this round or an earlier one, is not
// tried again for that recipient. After such a refusal or a failed connection comes the host's next
// address, after a temporary reply to MAIL, RCPT or DATA the next host, after a permanent one
// nothing. Resting addresses (queue/host_health.h) come last, and only until the recipient had two.
// At most hosts_per_round_max hosts, and base::limits::round_addresses_of_host_max addresses of
// each; later rounds begin further on.
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
    // Called once for each address, in the constructor; empty: no address rests.
    std::function<bool(const route::IpAddress&)> is_resting = {};
};

class Delivery {
  public:
    struct Target {
        std::size_t host;                     // index in route.hosts
        std::size_t address;                  // index in its addresses
        std::vector<std::size_t> recipients;  // indexes into the states, at least one
    };

    // `route` must outlive the delivery. All `states` are waiting.
    Delivery(const route::Route& route, std::vector<RecipientState> states,
             DeliverySettings settings, std::chrono::sys_seconds arrival,
             std::chrono::sys_seconds now);

    // The next address to dial and its recipients; nothing: the round is over. The same address is
    // returned again at once for recipients over the host's limit (requirement 35).
    std::optional<Target> next();

    // The host or the connection failed before a transaction began, for all recipients of the
    // target. `words` is text of the relay; empty: describe(outcome).
    void host_failed(const Target& target, const smtp::ClientOutcome& outcome,
                     std::string_view words, std::chrono::sys_seconds now);
    // One outcome for each recipient of the target, in its order; nothing: no result for that one,
    // so it goes on to the next address. host_failed() may follow for those without an outcome.
    // `is_dsn_offered`: the DSN parameters of the sender were passed to the host (RFC 3461).
    void took(const Target& target, std::span<const std::optional<smtp::ClientOutcome>> outcomes,
              std::chrono::sys_seconds now, bool is_dsn_offered = false);

    // The relay itself cannot go on, for example because the content cannot be read: a temporary
    // attempt for every undecided recipient. Called instead of dialling a further target.
    void give_up(std::string_view words, std::chrono::sys_seconds now);

    // Call once, at any time; it ends the round. One disposition for each state, in their order.
    std::vector<Disposition> judge(std::chrono::sys_seconds now, std::uint64_t random);
    // Call once after judge(): with the new attempts, tries and due; `done` if delivered. A failed
    // recipient remains `waiting`: it is done when its report is.
    std::vector<RecipientState> take_states();

  private:
    enum class Door : std::uint8_t {
        open,
        passed,  // temporary reply to this recipient: other addresses of the host are skipped
        closed,  // refused permanently at this address
    };
    struct Recipient {
        RecipientState state;
        std::vector<Door> doors;               // one for each address of the route, host by host
        std::size_t fresh = 0;                 // number of attempts in this round
        std::size_t dialled = 0;               // number of addresses in this round
        std::optional<std::size_t> stop = {};  // the stop of the last attempt
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
    std::vector<std::size_t> first_doors_;  // for each host, the index of its first door
    std::vector<Stop> stops_;
    std::size_t at_ = 0;  // the next stop
    std::optional<Target> again_;
    std::vector<bool> is_dialled_;  // for each host, in this round
    std::size_t hosts_dialled_ = 0;
    bool is_judged_ = false;
};

}  // namespace turnaway::queue
