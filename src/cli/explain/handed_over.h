// HandedOver: what `turnaway explain` is given although it is no reply: a file or folder, a
// message, an mbox, a log. `turnaway diagnose` reads these.
//
// A reply, a code, a folded Diagnostic-Code field and log lines that each have a reply stay with
// explain: a message needs two header fields that every message has, a log a line without a reply.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cli/diagnose/input_file.h"

namespace turnaway::cli {

struct HandedOver {
    InputFile input;
    std::string_view as;    // the form, in the words of `diagnose --as`
    std::string_view noun;  // "a message"
};

std::optional<HandedOver> handed_over_argument(const std::string& argument);
// The beginning of standard input.
std::optional<HandedOver> handed_over_input(std::string_view beginning);

}  // namespace turnaway::cli
