// ServerContent: the content of one message from DATA or BDAT, checked for faults that make the
// server refuse it.
//
// Requirement 52 (a lone CR or LF), 47 (Received fields are counted, header only), 55 and RFC 1870
// (size, length of a line), and a NUL, which some hosts drop and others treat as a line end (RFC
// 5322 section 4). Keeps no content and copies none: DATA's dots are removed by closing the gap in
// the caller's buffer. The first fault is kept; content after it is read to find the end, and not
// returned. A CRLF may be split between two chunks of BDAT (RFC 3030 section 2), but must be
// complete at the last.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "smtp/content.h"
#include "smtp/server_replies.h"

namespace turnaway::smtp {

// Scans the header of a message that comes in pieces: its Received fields, and octets over 127.
class HeaderWatch {
  public:
    void take(std::string_view content);
    std::size_t received_fields() const { return count_; }
    bool is_eight_bit() const { return is_eight_bit_; }

  private:
    enum class State : std::uint8_t { name, blanks, line, body };
    State state_ = State::name;
    std::size_t matched_ = 0;  // of the name, or of an empty line
    std::size_t count_ = 0;
    bool is_eight_bit_ = false;
};

class ServerContent {
  public:
    struct Taken {
        std::size_t consumed = 0;
        std::string_view content = {};  // to be stored; a view into the bytes given
        bool is_end = false;            // the final dot was read
        bool is_lost = false;           // a fault after which the end is unknown
    };

    // `bytes_max` 0: no limit.
    ServerContent(std::uint64_t bytes_max, bool is_nul_refused)
        : bytes_max_(bytes_max), is_nul_refused_(is_nul_refused) {}

    // DATA. Moves bytes within those that it consumes. May leave a CR at the end to be passed
    // again.
    Taken take_data(std::span<char> bytes);
    // BDAT: all of it is consumed.
    Taken take_chunk(std::string_view bytes);
    // The size that BDAT announces.
    void announce_chunk(std::uint64_t bytes);
    // After the last chunk.
    void end_chunks();
    void refuse(ServerSays fault);

    const std::optional<ServerSays>& fault() const { return fault_; }
    // Returned to be stored so far.
    std::uint64_t bytes() const { return bytes_; }
    bool is_eight_bit() const { return is_eight_bit_; }
    bool has_ascii_header() const { return !header_.is_eight_bit(); }

  private:
    // Whether `content` may be stored; scans it if so.
    bool watch(std::string_view content);
    bool is_too_much(std::size_t more);

    std::uint64_t bytes_max_;
    bool is_nul_refused_;
    std::uint64_t bytes_ = 0;
    std::uint64_t discarded_bytes_ = 0;
    bool is_eight_bit_ = false;
    std::optional<ServerSays> fault_;
    ContentReader reader_;
    NewlineCheck newlines_;
    HeaderWatch header_;
};

}  // namespace turnaway::smtp
