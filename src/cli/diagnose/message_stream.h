// MessageStream: cuts a stream of bytes into messages: the whole stream, the messages of an mbox,
// or replies; a log is passed on as it comes.
//
// The form is recognised from the first bytes: a log by its lines (bounce/log/line_reader), an mbox
// by its "From " line, a message by a header field, anything else is replies, whose lines
// cli/explain/reply_stream puts together. In an mbox a message begins with a "From " line that has
// a date, after an empty line (RFC 4155); ">From " stays as it is, as no report depends on it. A
// message of more than message_bytes_max is cut there and its rest dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "cli/explain/reply_stream.h"

namespace turnaway::cli {

enum class InputForm : std::uint8_t { recognise, message, mbox, replies, log };

// The form of a text that begins so.
InputForm form_of(std::string_view beginning);

class MessageStream {
  public:
    static constexpr std::size_t message_bytes_max = std::size_t{64} * 1024 * 1024;
    // A message or a reply, and its number, from 1.
    using Found = std::function<void(std::string_view, InputForm, std::size_t)>;
    // The next bytes of a log.
    using Logged = std::function<void(std::string_view)>;

    MessageStream(InputForm form, Found found, Logged logged)
        : form_(form), found_(std::move(found)), logged_(std::move(logged)) {}

    void take(std::string_view bytes);
    // The stream has ended.
    void finish();

  private:
    void cut(std::size_t from);
    void take_mbox(std::size_t from);
    void take_replies(bool is_end);
    void emit(std::string_view text);

    InputForm form_;
    Found found_;
    Logged logged_;
    ReplyStream replies_{LooseLines::own_reply};
    std::string pending_;
    std::size_t number_ = 0;
};

}  // namespace turnaway::cli
