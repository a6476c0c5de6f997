#include "gate/protocol/protocol.h"

#include <type_traits>

#include "gate/protocol/filter_session.h"
#include "gate/protocol/line_session.h"
#include "gate/protocol/milter_session.h"
#include "gate/protocol/policy_session.h"

namespace turnaway::gate {
namespace {

using Settings = SessionSettings;

template <class Made>
std::unique_ptr<Session> make(const Settings& settings) {
    if constexpr (std::is_constructible_v<Made, bool>) {
        return std::make_unique<Made>(settings.adds_headers);
    } else {
        return std::make_unique<Made>();
    }
}

struct Row {
    std::string_view name;
    std::unique_ptr<Session> (*make)(const Settings& settings);
};

// In the order of the enum.
constexpr std::array<Row, all_protocols.size()> rows{{
    {"policy", make<PolicySession>},
    {"milter", make<MilterSession>},
    {"line", make<LineSession>},
    {"filter", make<FilterSession>},
}};

const Row& row_of(Protocol protocol) {
    return rows.at(static_cast<std::size_t>(protocol));
}

}  // namespace

std::string_view name(Protocol protocol) {
    return row_of(protocol).name;
}

std::optional<Protocol> protocol_of(std::string_view name) {
    for (const auto protocol : all_protocols) {
        if (row_of(protocol).name == name) return protocol;
    }
    return std::nullopt;
}

std::unique_ptr<Session> make_session(Protocol protocol, const SessionSettings& settings) {
    return row_of(protocol).make(settings);
}

}  // namespace turnaway::gate
