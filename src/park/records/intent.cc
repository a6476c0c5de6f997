#include "park/records/intent.h"

#include <array>
#include <utility>

namespace turnaway::park {
namespace {

constexpr std::array<std::pair<Intent, std::string_view>, 3> names{{
    {Intent::none, "none"},
    {Intent::send_only, "send-only"},
    {Intent::receive_only, "receive-only"},
}};

}  // namespace

std::string_view name(Intent intent) {
    return names[static_cast<std::size_t>(intent)].second;
}

std::optional<Intent> find_intent(std::string_view name) {
    for (const auto& [intent, text] : names) {
        if (text == name) return intent;
    }
    return std::nullopt;
}

}  // namespace turnaway::park
