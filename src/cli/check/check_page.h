// CheckPage: one Assessment as a screen for a person: the answer first, then every step with its
// time, then why, and on demand the sources and the records that would fix it. Nothing here can
// move the cursor or colour the terminal but our own marks: all text of others was escaped.
#pragma once

#include <string>
#include <string_view>

#include "check/assessment.h"
#include "cli/common/colours.h"

namespace turnaway::cli {

struct CheckPageStyle {
    const Colours& colours = no_colours;
    bool cites_sources = false;
    bool shows_fix = false;
    std::string dnssec = {};  // how validation stands, for the foot of the page; empty: not said
};

// "not known".
std::string_view answer_word(check::Acceptance acceptance);
std::string_view colour_of(const Colours& colours, check::Acceptance acceptance);

void append_check_page(std::string& out, const check::Assessment& assessment,
                       const CheckPageStyle& style);

}  // namespace turnaway::cli
