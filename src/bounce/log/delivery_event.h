// DeliveryEvent: what one line of a mail server's log says about the delivery of a message.
//
// Views are into the line, or into the memory of the reader that made it, until its next line.
// `recipients` may be several, separated by ">,<" (Sendmail).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace turnaway::bounce {

enum class Program : std::uint8_t {
    unknown,
    postfix,
    exim,
    sendmail,
    opensmtpd,
    haraka,
    kumomta,
    powermta,
    turnaway_relay
};
inline constexpr std::size_t programs = 9;
std::string_view name_of(Program program);
std::optional<Program> find_program(std::string_view name);

struct DeliveryEvent {
    enum class Kind : std::uint8_t {
        none,
        received,  // sender or Message-ID of a message are known
        delivered,
        delayed,
        failed,
        expired,     // the server gives up; the attempts before it say why
        complained,  // the recipient reported the message as spam
        ended,       // nothing more follows about this message
    };
    Kind kind = Kind::none;
    Program program = Program::unknown;
    std::string_view time, host;  // as the line has them
    std::string_view id;          // groups the lines of one message
    bool is_queue_id = true;      // the id is the server's own name of the message
    std::optional<std::string_view> sender;
    std::string_view message_id;
    std::string_view recipients, original_recipient;
    std::string_view remote;  // the host that replied
    std::string_view text;    // the reply, or the server's own words
    std::string_view status;  // the enhanced code that the server logs beside it
    std::optional<double> delay;
};

}  // namespace turnaway::bounce
