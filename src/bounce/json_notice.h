// JsonNotice: the JSON notifications of sending services (Amazon SES through SNS) as the lines that
// bounce/notice reads.
//
// Not a JSON parser: the strings of a few known keys, in their order. A mail system may have broken
// the lines anywhere, so line ends do not count. Linear in the input.
#pragma once

#include <string>
#include <string_view>

namespace turnaway::bounce {

// Empty if the text is not such a notification.
std::string lines_of_json(std::string_view text);

}  // namespace turnaway::bounce
