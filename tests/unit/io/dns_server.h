// A DNS server of a few lines, on a UDP port of loopback: says what it was told to say about a
// name, NXDOMAIN about every other, nothing when it is told to be silent.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace turnaway::io {

namespace asio = boost::asio;

class DnsServer {
  public:
    static constexpr std::uint16_t a = 1, cname = 5, soa = 6, mx = 15, txt = 16, aaaa = 28;
    static constexpr int servfail = 2;

    explicit DnsServer(asio::io_context& loop);

    // `data` as on the wire.
    void add(const std::string& name, std::uint16_t type, std::string data);
    void be_silent_about(const std::string& name) { silent_.insert(name); }
    // The answer is cut off before its first record, and there is no TCP.
    void truncate_for(const std::string& name) { truncated_.insert(name); }
    // Its negative answers have no SOA, as from the cache of some forwarders; those to a question
    // for the SOA have.
    void leave_zone_out_for(const std::string& name) { without_zone_.insert(name); }
    // So for every name and type, as from a forwarder that takes the authority section away. An SOA
    // that was added is still the answer to a question for it.
    void leave_zones_out() { has_zone_ = false; }
    // Says of all types that there is nothing, and names no zone.
    void know_nothing_about(const std::string& name) { unknown_.insert(name); }
    void fail_for(const std::string& name) { failing_.insert(name); }
    static std::string wire_name(const std::string& name);
    static std::string wire_mx(std::uint16_t preference, const std::string& name_on_wire);

    std::string address() const;  // "127.0.0.1@port"
    std::size_t questions(const std::string& name) const;

  private:
    void receive();
    void answer(std::size_t bytes);
    std::string records_of(const std::string& name, std::uint16_t type, int* count) const;

    asio::ip::udp::socket socket_;
    asio::ip::udp::endpoint from_;
    std::array<char, 4096> buffer_{};
    std::map<std::string, std::vector<std::pair<std::uint16_t, std::string>>> records_;
    std::set<std::string> silent_;
    std::set<std::string> failing_;
    std::set<std::string> truncated_;
    std::set<std::string> without_zone_;
    std::set<std::string> unknown_;
    std::map<std::string, std::size_t> questions_;
    bool has_zone_ = true;
};

}  // namespace turnaway::io
