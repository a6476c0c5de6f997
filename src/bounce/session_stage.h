// SessionStage: the command that a report's text shows to have been answered by the refusal.
//
// Programs name it in their own words ("does not like recipient", "[RCPT_TO]") or print the
// dialogue
// (">>> RCPT TO:<...>"). The words that logs use are found by codes/reply_line already.
#pragma once

#include <string_view>

#include "codes/stage.h"

namespace turnaway::bounce {

codes::Stage stage_of(std::string_view text);

}  // namespace turnaway::bounce
