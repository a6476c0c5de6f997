// The stored attempts of a recipient: enough for a disposition and a report, within a maximum size.
//
// Attempts that closed an address permanently are needed by later rounds. They are kept up to a
// number that is enough for two addresses of each host. Of the others, the first few, which show
// how it began, and the last few are kept.
#pragma once

#include <cstddef>
#include <vector>

#include "base/limits.h"
#include "queue/message.h"

namespace turnaway::queue {

// A permanent refusal by the host, not of the recipient, at this address: it is not tried again
// there for this message, but another address or host may accept. 521 and other 5yz before MAIL; a
// limit of the host, such as the message size.
bool closes_host(const Attempt& attempt);
// The host's reply refused this recipient or message permanently: no other host is tried.
bool ends_recipient(const Attempt& attempt);
// No host was dialled.
bool is_lookup(const Attempt& attempt);
// This machine has no route to the address, which proves nothing about the host.
bool is_without_way(const Attempt& attempt);
codes::EnhancedCode without_way();  // recognised by its status
// The connection itself failed.
bool is_unreachable(const Attempt& attempt);

// For attempts that closed an address.
inline constexpr std::size_t closings_kept_max = 2 * base::limits::route_mx_max;

// Appends and drops the excess; the appended attempt always stays.
void append(Attempt attempt, std::vector<Attempt>* attempts);

// Keeps the states of a message within `bytes_max`, for any replies and any number of recipients;
// each recipient has an equal share, at least 256 octets. First long replies are cut, a recipient's
// last reply last, then attempts are dropped from the second on. Those that closed a host stay,
// with the beginning of its reply. Call after reports are written.
inline constexpr std::size_t states_bytes_max = std::size_t{256} * 1024;
void bound_states(std::vector<RecipientState>* states, std::size_t bytes_max = states_bytes_max);

}  // namespace turnaway::queue
