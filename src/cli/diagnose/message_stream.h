// MessageStream: cuts a stream of bytes into messages: the whole stream, the messages of an mbox,
// or the lines of replies.
//
// The form is recognised from the first bytes: an mbox begins with "From ", a message with a header
// field, anything else is replies. A message of more than message_bytes_max is cut there and its
// rest dropped, so memory stays bounded. RFC 4155; ">From " stays as it is, as no report depends on
// it.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace turnaway::cli {

enum class InputForm { recognise, message, mbox, replies };

class MessageStream {
  public:
    static constexpr std::size_t message_bytes_max = std::size_t{64} * 1024 * 1024;
    // A message or a reply, and its number, from 1.
    using Found = std::function<void(std::string_view, InputForm, std::size_t)>;

    MessageStream(InputForm form, Found found) : form_(form), found_(std::move(found)) {}

    void take(std::string_view bytes);
    // The stream has ended.
    void finish();

  private:
    void recognise();
    void cut(std::size_t from);
    void take_mbox(std::size_t from);
    void take_replies();
    void emit(std::string_view text);

    InputForm form_;
    Found found_;
    std::string pending_;
    std::size_t number_ = 0;
};

}  // namespace turnaway::cli
