#include "gate/protocol/decision.h"

namespace turnaway::gate {

std::string_view name(Effect effect) {
    switch (effect) {
        case Effect::pass:
            return "pass";
        case Effect::refuse:
            return "refuse";
        case Effect::tag:
            break;
    }
    return "tag";
}

}  // namespace turnaway::gate
