// Judgement: codes, stage and reason of one recipient, from the texts that a report has about it.
//
// Every text is judged by codes/interpretation, as a reply in the relay or in `turnaway explain`
// is; here the texts are only put in order: a cause that a text names comes before a vague one, and
// any text before a code alone. Codes are those that the report has, never implied ones.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bounce/reason.h"
#include "codes/code.h"
#include "codes/stage.h"

namespace turnaway::bounce {

enum class Confidence : std::uint8_t { low, medium, high };
std::string_view name_of(Confidence confidence);

struct Judgement {
    Reason reason = Reason::unknown;
    std::optional<codes::Cause> cause;
    std::optional<codes::ReplyCode> reply;
    std::optional<codes::EnhancedCode> enhanced;
    codes::Stage stage = codes::Stage::unknown;
    int digit = 0;           // 2, 4 or 5; 0 where nothing shows it
    std::string_view basis;  // "provider", "text", "weak text", "code"; empty for none
    bool is_weak = false;    // weak words alone show it: "temporary failure"
    std::string evidence;    // the text that shows the reason
    Confidence confidence = Confidence::low;
};

// `texts` in the order of trust; `status` is the field of a report, such as 5.1.1: its code comes
// after that of the first text, before those of the others.
Judgement judge(std::span<const std::string_view> texts, std::string_view status);

}  // namespace turnaway::bounce
