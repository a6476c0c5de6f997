// Charset: bytes of a named character set as UTF-8.
//
// UTF-8, ASCII, ISO-8859-1 and Windows-1252 are read here. All others go through a function of the
// caller, usually an IconvReader. Without it, or if it fails, every byte beyond
// ASCII becomes U+FFFD, so that the codes and addresses are still found.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::bounce {

// (charset, bytes) to UTF-8; nothing for an unknown character set.
using CharsetReader = std::function<std::optional<std::string>(std::string_view, std::string_view)>;

std::string to_utf8(std::string_view bytes, std::string_view charset, const CharsetReader& others);

}  // namespace turnaway::bounce
