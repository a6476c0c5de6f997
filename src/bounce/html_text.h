// The text of an HTML page, as far as a report needs it: tags become line ends or nothing, the
// content of style and script is dropped, the usual entities are read. Linear in the input.
#pragma once

#include <string>
#include <string_view>

namespace turnaway::bounce {

std::string text_of_html(std::string_view html);

}  // namespace turnaway::bounce
