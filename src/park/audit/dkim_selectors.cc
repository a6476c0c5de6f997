#include "park/audit/dkim_selectors.h"

#include <array>

namespace turnaway::park {
namespace {

#include "park/dkim_selectors.inc"

}  // namespace

std::span<const DkimSelector> dkim_selectors() {
    return selectors;
}

}  // namespace turnaway::park
