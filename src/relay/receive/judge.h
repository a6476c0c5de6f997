// Judge: the answer to MAIL and RCPT, with the look-ups it takes.
//
// Joins verdict/ (what the answer is), the route cache (what DNS says) and the memory of refusing
// hosts. A slow DNS keeps only this session waiting, and only for the deadline of the look-up.
// DESIGN section 6. Known gap: sessions of one shard share a lookup, those of different shards do
// not.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string_view>

#include "mail/address.h"
#include "relay/config/rules.h"
#include "relay/shard.h"
#include "route/ip_address.h"
#include "smtp/server_session.h"
#include "verdict/answer.h"

namespace turnaway::relay {

boost::asio::awaitable<verdict::Answer> judge_sender(Shard& shard,
                                                     std::shared_ptr<const Rules> rules,
                                                     route::IpAddress client,
                                                     mail::ReversePath sender);
// Of a whole header, after the final dot; nothing when the message may pass.
boost::asio::awaitable<std::optional<verdict::Answer>> judge_author(Shard& shard,
                                                                    std::string_view header);
struct JudgedRecipient {
    mail::Address address;
    bool is_postmaster = false;  // anybody may write to it
};
boost::asio::awaitable<verdict::Answer> judge_recipient(Shard& shard,
                                                        std::shared_ptr<const Rules> rules,
                                                        route::IpAddress client,
                                                        JudgedRecipient asked);

// What is said after the dot when the message cannot be kept: no room (452), or a spool that failed
// (451).
smtp::ServerAnswer no_room();
smtp::ServerAnswer spool_failed();
// The content could not be written, for another reason than a lack of room.
smtp::ServerAnswer content_failed();

}  // namespace turnaway::relay
