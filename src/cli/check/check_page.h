// CheckPage: one Assessment as a page for a person: the answer first, then every step with its
// time, then the reason, and on request the sources and the records that would fix it. All text
// from others was escaped: only our own escape sequences can move the cursor or change colours.
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
    std::string dnssec = {};  // state of validation, for the foot of the page; empty: not shown
};

// "not known".
std::string_view answer_word(check::Acceptance acceptance);
std::string_view colour_of(const Colours& colours, check::Acceptance acceptance);

void append_check_page(std::string& out, const check::Assessment& assessment,
                       const CheckPageStyle& style);

}  // namespace turnaway::cli
