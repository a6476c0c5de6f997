#include "io/own_addresses.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

namespace turnaway::io {

namespace {

using base::Fault;
using Addresses = OwnAddresses::Addresses;

constexpr std::chrono::milliseconds flock_pause{100};
// After a failure to read the list.
constexpr std::chrono::seconds retry_pause{5};
constexpr int answer_wait_ms = 2000;  // the kernel answers at once
constexpr int attempts_max = 5;       // a change while the list is read makes it invalid
// The maximum size of one part of a list from the kernel.
constexpr std::size_t part_bytes_max = std::size_t{32} * 1024;

std::optional<route::IpAddress> address_from(unsigned family, std::span<const char> bytes) {
    if (family == AF_INET && bytes.size() == sizeof(mail::Ipv4Bytes)) {
        mail::Ipv4Bytes address;
        std::memcpy(address.data(), bytes.data(), address.size());
        return route::IpAddress(address);
    }
    if (family == AF_INET6 && bytes.size() == sizeof(mail::Ipv6Bytes)) {
        mail::Ipv6Bytes address;
        std::memcpy(address.data(), bytes.data(), address.size());
        return route::IpAddress(address);
    }
    return std::nullopt;
}

// IFA_LOCAL is the machine's own; IFA_ADDRESS is too, except on a point-to-point link, where it is
// the peer's and IFA_LOCAL is also present.
std::optional<route::IpAddress> own_address_in(std::span<const char> message) {
    ifaddrmsg head{};
    if (message.size() < sizeof head) return std::nullopt;
    std::memcpy(&head, message.data(), sizeof head);
    std::optional<route::IpAddress> local, address;
    for (auto rest = message.subspan(NLMSG_ALIGN(sizeof head)); rest.size() >= sizeof(rtattr);) {
        rtattr attribute{};
        std::memcpy(&attribute, rest.data(), sizeof attribute);
        if (attribute.rta_len < sizeof attribute || attribute.rta_len > rest.size()) break;
        const auto value = rest.subspan(sizeof attribute, attribute.rta_len - sizeof attribute);
        if (attribute.rta_type == IFA_LOCAL) local = address_from(head.ifa_family, value);
        if (attribute.rta_type == IFA_ADDRESS) address = address_from(head.ifa_family, value);
        rest = rest.subspan(std::min<std::size_t>(RTA_ALIGN(attribute.rta_len), rest.size()));
    }
    return local ? local : address;
}

// One datagram from the kernel; 0: there is none, or it came from another sender.
ssize_t receive(int socket, std::span<char> buffer) {
    sockaddr_nl from{};
    socklen_t from_bytes = sizeof from;
    const ssize_t got = ::recvfrom(socket, buffer.data(), buffer.size(), 0,
                                   reinterpret_cast<sockaddr*>(&from), &from_bytes);
    if (got < 0) return errno == EAGAIN || errno == EINTR ? 0 : -1;
    return from.nl_pid == 0 ? got : 0;
}

enum class Part : std::uint8_t { more, end, void_list, error };

// Reads the messages of one datagram that belong to request `number`.
Part read_part(std::span<const char> bytes, std::uint32_t number, Addresses* addresses) {
    Part part = Part::more;
    while (bytes.size() >= sizeof(nlmsghdr)) {
        nlmsghdr head{};
        std::memcpy(&head, bytes.data(), sizeof head);
        if (head.nlmsg_len < sizeof head || head.nlmsg_len > bytes.size()) break;
        const auto message = bytes.subspan(
            NLMSG_HDRLEN, head.nlmsg_len - std::min<std::size_t>(NLMSG_HDRLEN, head.nlmsg_len));
        bytes = bytes.subspan(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), bytes.size()));
        if (head.nlmsg_seq != number) continue;  // a change: the next list includes it
        if ((head.nlmsg_flags & NLM_F_DUMP_INTR) != 0) part = Part::void_list;
        if (head.nlmsg_type == NLMSG_ERROR) return Part::error;
        if (head.nlmsg_type == NLMSG_DONE) return part == Part::void_list ? part : Part::end;
        if (head.nlmsg_type != RTM_NEWADDR) continue;
        if (const auto address = own_address_in(message)) addresses->push_back(*address);
    }
    return part;
}

base::Result<void> ask_for_list(int socket, std::uint32_t number) {
    struct {
        nlmsghdr head;
        ifaddrmsg body;
    } question{};
    question.head.nlmsg_len = sizeof question;
    question.head.nlmsg_type = RTM_GETADDR;
    question.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    question.head.nlmsg_seq = number;
    question.body.ifa_family = AF_UNSPEC;
    if (::send(socket, &question, sizeof question, 0) >= 0) return {};
    return base::fail_errno(Fault::system, "cannot ask for the addresses of the interfaces");
}

// Nothing: it was invalid, because the addresses changed meanwhile.
base::Result<std::optional<Addresses>> read_list_once(int socket, std::uint32_t number) {
    if (auto asked = ask_for_list(socket, number); !asked) return std::unexpected(asked.error());
    Addresses addresses;
    std::array<char, part_bytes_max> buffer;
    bool is_void = false;
    while (true) {
        pollfd wait{.fd = socket, .events = POLLIN, .revents = 0};
        if (::poll(&wait, 1, answer_wait_ms) == 0) {
            return base::fail(Fault::system,
                              "the kernel does not list the addresses of the interfaces");
        }
        const ssize_t got = receive(socket, buffer);
        if (got < 0 && errno == ENOBUFS) return std::nullopt;
        if (got < 0) return base::fail_errno(Fault::system, "cannot read the addresses");
        const auto part =
            read_part(std::span(buffer).first(static_cast<std::size_t>(got)), number, &addresses);
        if (part == Part::error) {
            return base::fail(Fault::system, "the addresses of the interfaces are refused");
        }
        is_void |= part == Part::void_list;
        if (part == Part::end || part == Part::void_list) break;
    }
    if (is_void) return std::nullopt;
    std::ranges::sort(addresses);
    const auto repeated = std::ranges::unique(addresses);
    addresses.erase(repeated.begin(), repeated.end());
    return addresses;
}

base::Result<Addresses> read_list(int socket) {
    // Answers to an older, abandoned request have another number.
    static std::uint32_t last_number = 0;
    for (int attempt = 0; attempt < attempts_max; ++attempt) {
        auto list = read_list_once(socket, ++last_number);
        if (!list) return std::unexpected(list.error());
        if (*list) return **std::move(list);
    }
    return base::fail(Fault::system, "the addresses of the interfaces change all the time");
}

}  // namespace

OwnAddresses::OwnAddresses(asio::io_context& context, asio::posix::stream_descriptor socket)
    : socket_(std::move(socket)), pause_(context) {}

base::Result<std::unique_ptr<OwnAddresses>> OwnAddresses::open(asio::io_context& context) {
    constexpr const char* failure = "cannot watch the addresses of the interfaces";
    const int descriptor =
        ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
    if (descriptor < 0) return base::fail_errno(Fault::system, failure);
    asio::posix::stream_descriptor socket(context, descriptor);
    sockaddr_nl here{};
    here.nl_family = AF_NETLINK;
    here.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    if (::bind(descriptor, reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) {
        return base::fail_errno(Fault::system, failure);
    }
    auto addresses = read_list(descriptor);
    if (!addresses) return std::unexpected(addresses.error());
    std::unique_ptr<OwnAddresses> own(new OwnAddresses(context, std::move(socket)));
    own->addresses_ = *std::move(addresses);
    return own;
}

void OwnAddresses::follow(Changed changed) {
    changed_ = std::move(changed);
    read_soon();  // changes since the first list
    await_change();
}

void OwnAddresses::await_change() {
    socket_.async_wait(asio::posix::stream_descriptor::wait_read,
                       [this](const boost::system::error_code& error) {
                           if (error) return;
                           take_changes();
                           await_change();
                       });
}

// The list is read again whatever the messages contain; an overrun has the same effect.
void OwnAddresses::take_changes() {
    std::array<char, part_bytes_max> buffer;
    while (receive(socket_.native_handle(), buffer) > 0) {
    }
    read_soon();
}

void OwnAddresses::read_soon() {
    if (pause_.expiry() > std::chrono::steady_clock::now()) return;  // already scheduled
    pause_.expires_after(flock_pause);
    pause_.async_wait([this](const boost::system::error_code& error) {
        if (!error) read_again();
    });
}

void OwnAddresses::read_again() {
    auto addresses = read_list(socket_.native_handle());
    if (!addresses) {  // the old list is kept
        pause_.expires_after(retry_pause);
        pause_.async_wait([this](const boost::system::error_code& error) {
            if (!error) read_again();
        });
        return;
    }
    if (*addresses == addresses_) return;
    addresses_ = *std::move(addresses);
    changed_(addresses_);
}

}  // namespace turnaway::io
