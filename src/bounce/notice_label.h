// NoticeLabel: what the word before a colon says of the text after it, in the notices of many
// programs: "Recipient:", "Sender address:", "Diagnostic code:".
//
// In lower case, in the languages of the programs that write them. Known gap: labels of two lines.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace turnaway::bounce {

enum class LabelKind : std::uint8_t { recipient, sender, text, status, action, remote };

std::optional<LabelKind> label_named(std::string_view name);

}  // namespace turnaway::bounce
