#include "dns_server.h"

#include <algorithm>

#include "base/text.h"

namespace turnaway::io {

namespace {

using asio::ip::udp;

constexpr std::uint16_t class_in = 1;
constexpr int ttl_seconds = 77;

std::string wire_16(int value) {
    return {static_cast<char>(value >> 8), static_cast<char>(value & 0xff)};
}

int read_16(std::string_view bytes) {
    return static_cast<unsigned char>(bytes[0]) << 8 | static_cast<unsigned char>(bytes[1]);
}

std::string record(const std::string& name, int type, const std::string& data) {
    return DnsServer::wire_name(name) + wire_16(type) + wire_16(class_in) + wire_16(0) +
           wire_16(ttl_seconds) + wire_16(static_cast<int>(data.size())) + data;
}

}  // namespace

DnsServer::DnsServer(asio::io_context& loop)
    : socket_(loop, udp::endpoint(asio::ip::address_v4::loopback(), 0)) {
    receive();
}

void DnsServer::add(const std::string& name, std::uint16_t type, std::string data) {
    records_[name].emplace_back(type, std::move(data));
}

std::string DnsServer::wire_name(const std::string& name) {
    std::string wire;
    std::string_view rest = name;
    while (!rest.empty()) {
        const std::string_view label = rest.substr(0, rest.find('.'));
        wire += static_cast<char>(label.size());
        wire += label;
        rest.remove_prefix(std::min(rest.size(), label.size() + 1));
    }
    return wire + '\0';
}

std::string DnsServer::wire_mx(std::uint16_t preference, const std::string& name_on_wire) {
    return wire_16(preference) + name_on_wire;
}

std::string DnsServer::address() const {
    return "127.0.0.1@" + std::to_string(socket_.local_endpoint().port());
}

std::size_t DnsServer::questions(const std::string& name) const {
    const auto found = questions_.find(name);
    return found == questions_.end() ? 0 : found->second;
}

void DnsServer::receive() {
    socket_.async_receive_from(asio::buffer(buffer_), from_,
                               [this](const boost::system::error_code& error, std::size_t bytes) {
                                   if (error == asio::error::operation_aborted) return;
                                   if (!error) answer(bytes);
                                   receive();
                               });
}

std::string DnsServer::records_of(const std::string& name, std::uint16_t type, int* count) const {
    std::string out;
    const auto found = records_.find(name);
    if (found == records_.end()) return out;
    for (const auto& [kind, data] : found->second) {
        if (kind != type && kind != cname) continue;
        ++*count;
        out += record(name, kind, data);
    }
    return out;
}

void DnsServer::answer(std::size_t bytes) {
    const std::string_view query(buffer_.data(), bytes);
    if (bytes < 17) return;
    std::string name;
    std::size_t at = 12;
    while (at < bytes && query[at] != 0) {
        const auto length = static_cast<std::size_t>(query[at]);
        if (!name.empty()) name += '.';
        name += query.substr(at + 1, length);
        at += length + 1;
    }
    std::ranges::transform(name, name.begin(), base::to_lower);
    const auto type = static_cast<std::uint16_t>(read_16(query.substr(at + 1)));
    ++questions_[name];
    if (silent_.contains(name)) return;
    int count = 0;
    const bool is_truncated = truncated_.contains(name);
    const bool is_unknown = unknown_.contains(name);
    const std::string records = is_truncated || is_unknown ? "" : records_of(name, type, &count);
    const bool is_there = records_.contains(name) || is_unknown;
    const int rcode = failing_.contains(name) ? servfail : is_there ? 0 : 3;
    const bool names_zone = has_zone_ && count == 0 && rcode != servfail && !is_truncated &&
                            !is_unknown && (type == soa || !without_zone_.contains(name));
    const std::string negative =
        names_zone
            ? record("test", soa,
                     wire_name("ns.test") + wire_name("root.test") + std::string(19, '\0') + '<')
            : "";
    std::string out(query.substr(0, 2));
    out += wire_16((is_truncated ? 0x8780 : 0x8580) | rcode) + wire_16(1) + wire_16(count);
    out += wire_16(negative.empty() ? 0 : 1) + wire_16(0);
    out += query.substr(12, at + 5 - 12);
    out += records + negative;
    boost::system::error_code ignored;
    socket_.send_to(asio::buffer(out), from_, 0, ignored);
}

}  // namespace turnaway::io
