// What is kept of a recipient's attempts: enough to judge and to report by, never more than a
// bound.
//
// Attempts that a later round needs, because they closed an address for good, are kept up to a
// bound that is enough for two addresses of each host. Of all others the first few are kept, which
// show how it began, and the last.
#pragma once

#include <cstddef>
#include <vector>

#include "base/limits.h"
#include "queue/message.h"

namespace turnaway::queue {

// The host, not the recipient, was refused for good at this address: it need not be asked again
// there for this message, and another address or host may do better. 521 and other 5yz before MAIL;
// what the host cannot take, such as a message so big.
bool closes_host(const Attempt& attempt);
// The host refused this recipient or message for good, in its own words: no other host is asked.
bool ends_recipient(const Attempt& attempt);
// No host was dialled.
bool is_lookup(const Attempt& attempt);
// This machine has no route to the address, which says nothing about the host.
bool is_without_way(const Attempt& attempt);
codes::EnhancedCode without_way();  // by its status
// At the connection itself: nobody was there.
bool is_unreachable(const Attempt& attempt);

// Of attempts that closed an address.
inline constexpr std::size_t closings_kept_max = 2 * base::limits::route_mx_max;

// Adds at the end and drops what is too much; the one added always stays.
void append(Attempt attempt, std::vector<Attempt>* attempts);

// Keeps the states of a message within `bytes_max`, whatever its hosts said to however many
// recipients; each recipient has an equal share, of 256 octets at the least. Long replies are cut
// first, the last one of a recipient last, then attempts are dropped from the second on. Those that
// closed a host stay, with the beginning of its words. After reports are written.
inline constexpr std::size_t states_bytes_max = std::size_t{256} * 1024;
void bound_states(std::vector<RecipientState>* states, std::size_t bytes_max = states_bytes_max);

}  // namespace turnaway::queue
