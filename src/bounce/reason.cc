#include "bounce/reason.h"

namespace turnaway::bounce {

std::string_view name_of(Permanence permanence) {
    switch (permanence) {
        case Permanence::none:
            return "none";
        case Permanence::unknown:
            return "unknown";
        case Permanence::permanent:
            return "permanent";
        case Permanence::message:
            return "message";
        case Permanence::until_fixed:
            return "until-fixed";
        case Permanence::transient:
            return "transient";
        case Permanence::given_up:
            return "given-up";
    }
    return "";
}

}  // namespace turnaway::bounce
