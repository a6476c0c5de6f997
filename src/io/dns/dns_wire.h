// DnsWire: reads the parts of a DNS message in wire format (RFC 1035 section 4) one after another.
//
// Every length is checked. A pointer of a compressed name must lead towards the start, so that
// reading ends. Owners are in lower case, because names are compared without regard to case (RFC
// 4343). The views point into the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "mail/domain.h"

namespace turnaway::io {

// Labels with their lengths, with the root's empty label at the end.
std::string wire_name(const mail::Domain& name);
void make_lower(std::string& labels);

struct WireRecord {
    std::string owner;  // labels in wire format, lower case
    unsigned type = 0;
    unsigned record_class = 0;
    std::uint32_t ttl_seconds = 0;
    std::size_t rdata_at = 0;
    std::string_view rdata;
};

struct WireHeader {
    bool is_response = false;
    bool is_authoritative = false;
    bool is_truncated = false;
    unsigned opcode = 0;
    unsigned code = 0;
    unsigned questions = 0;
    unsigned answers = 0;
    unsigned authorities = 0;
    unsigned additionals = 0;
};

// Reads on from a position in the message; after an error everything further is empty.
class WireReader {
  public:
    explicit WireReader(std::string_view message, std::size_t at = 0)
        : message_(message), at_(at) {}

    bool is_good() const { return is_good_; }
    std::size_t at() const { return at_; }

    unsigned byte();
    unsigned number();
    std::uint32_t long_number();
    std::string_view bytes(std::size_t count);
    // A name without compression, its letters unchanged; the position is then after it.
    std::string name();
    WireHeader header();
    WireRecord record();

  private:
    std::string_view message_;
    std::size_t at_ = 0;
    bool is_good_ = true;
};

}  // namespace turnaway::io
