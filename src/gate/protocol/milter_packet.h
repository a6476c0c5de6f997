// Milter packets: the framing of the protocol between a mail server and its filters, version 2
// to 6.
//
// A packet is its length (four bytes, big-endian, of what follows), one letter and data. Only the
// data that the gate uses is stored, at most 64 KiB, the limit of Sendmail's library. The data of
// other commands (an old mail server sends headers and content whatever it was asked) is dropped as
// it arrives. Refused: a length of zero or beyond the limit, and unknown letters; the reader then
// stays at that fault. Sources: Sendmail's libmilter/mfdef.h, Postfix's milter8.c.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::gate::milter {

enum class Command : char {
    abort = 'A',
    body = 'B',
    connect = 'C',
    macro = 'D',
    end = 'E',  // of the message; may have content
    helo = 'H',
    quit_nc = 'K',  // the end of an SMTP session; another follows on this connection
    header = 'L',
    mail = 'M',
    eoh = 'N',  // end of the headers
    optneg = 'O',
    quit = 'Q',
    rcpt = 'R',
    data = 'T',
    unknown = 'U',  // an SMTP command that the mail server does not know
};

enum class Answer : char {
    add_header = 'h',
    go_on = 'c',
    optneg = 'O',
    reject = 'r',      // with a code of the mail server's own
    reply_code = 'y',  // with our code and text
    tempfail = 't',    // with a code of the mail server's own
};

struct Packet {
    Command command;
    std::string_view data;  // until the reader is used again; empty if it was dropped
};

inline constexpr std::size_t packet_bytes_max = std::size_t{64} * 1024;
// Of packets whose data is dropped: mail servers send up to 1 MiB of content in one.
inline constexpr std::size_t dropped_bytes_max = std::size_t{1024} * 1024 + 1;

class PacketReader {
  public:
    void add(std::string_view bytes);
    // Nothing: more input is needed, or there is a fault.
    std::optional<Packet> next();

    // In words, empty if there is none.
    std::string_view fault() const { return fault_; }

  private:
    void begin_dropped(Command command, std::size_t data_bytes);
    std::optional<Packet> drop();

    std::string buffer_;
    std::size_t taken_ = 0;  // bytes at the front of `buffer_` that have been used
    std::optional<Command> dropped_;
    std::size_t left_to_drop_ = 0;
    std::string fault_;
};

// Appends one packet.
void append_packet(std::string* out, Answer letter, std::string_view data);
void append_number(std::string* out, std::uint32_t number);
// The first four bytes; there must be as many.
std::uint32_t read_number(std::string_view bytes);
// The text up to the next NUL or the end; *data continues behind it.
std::string_view take_string(std::string_view* data);

}  // namespace turnaway::gate::milter
