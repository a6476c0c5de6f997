// Messages for tests of the spool, each made from a number alone, so that whoever finds one later
// can tell whether it is whole.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "mail/address.h"
#include "queue/message.h"
#include "spool/memory_content.h"
#include "spool/spool.h"

namespace turnaway::fake {

inline mail::Address address_of(const std::string& text) {
    return mail::Address::parse(text).value();
}

inline std::string content_of(std::uint64_t number, std::size_t bytes) {
    const std::string line = "Subject: message " + std::to_string(number) + "\r\n";
    std::string content;
    content.reserve(bytes + line.size());
    while (content.size() < bytes) content += line;
    content.resize(bytes);
    return content;
}

inline queue::Message message_of(std::uint64_t number, std::size_t bytes) {
    const auto arrival = std::chrono::sys_seconds(
        std::chrono::seconds(1'700'000'000 + static_cast<std::int64_t>(number)));
    queue::Message message{.id = queue::QueueId(number), .arrival = arrival};
    message.envelope.reverse_path = mail::ReversePath(address_of("sender@client.example"));
    message.envelope.recipients = {
        {.address = address_of("user" + std::to_string(number) + "@host.example")},
        {.address = address_of("other@second.example")}};
    message.states = {{.due = arrival}, {.due = arrival}};
    message.content_bytes = bytes;
    message.client = "192.0.2.1";
    return message;
}

inline spool::StoredMessage stored_of(std::uint64_t number, std::size_t bytes) {
    return {message_of(number, bytes),
            std::make_shared<spool::MemoryContent>(content_of(number, bytes))};
}

}  // namespace turnaway::fake
