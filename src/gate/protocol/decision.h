// Decision: what the mail server is to do with one sender or recipient.
//
// The configured action has been applied already: `log` and the mode `observe` arrive here as
// `pass`. A reply never has the code 521, which makes Postfix close the connection (docs/gate.md).
// Texts have no control characters.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codes/code.h"

namespace turnaway::gate {

enum class Effect : std::uint8_t {
    pass,
    refuse,  // with `reply`, permanent or temporary by its code
    tag,     // pass, and add `header` to the message
};
std::string_view name(Effect effect);  // "refuse"

struct Reply {
    codes::ReplyCode code;
    codes::EnhancedCode enhanced;
    std::string text;
};

struct Header {
    std::string name;   // "X-Turnaway"
    std::string value;  // one line
};

struct Decision {
    Effect effect = Effect::pass;
    std::optional<Reply> reply = {};    // if refused
    std::optional<Header> header = {};  // if tagged
};

}  // namespace turnaway::gate
