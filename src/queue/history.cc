#include "queue/history.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "codes/constants.h"

namespace turnaway::queue {
namespace {

namespace limits = base::limits;
using smtp::ClientCause;
using smtp::ClientStage;
using smtp::ClientVerdict;

}  // namespace

bool closes_host(const Attempt& attempt) {
    if (!attempt.stage || attempt.verdict != ClientVerdict::permanent) return false;
    return *attempt.stage < ClientStage::mail || attempt.cause != ClientCause::replied;
}

bool ends_recipient(const Attempt& attempt) {
    return attempt.stage && attempt.verdict == ClientVerdict::permanent && !closes_host(attempt);
}

bool is_lookup(const Attempt& attempt) {
    return !attempt.stage;
}

bool is_unreachable(const Attempt& attempt) {
    return attempt.stage == ClientStage::connect && attempt.verdict == ClientVerdict::temporary;
}

bool is_without_way(const Attempt& attempt) {
    return is_unreachable(attempt) && attempt.status == without_way();
}

codes::EnhancedCode without_way() {
    return codes::EnhancedCode::temporary(codes::unable_to_route);
}

void append(Attempt attempt, std::vector<Attempt>* attempts) {
    const bool is_closing = closes_host(attempt);
    attempts->push_back(std::move(attempt));
    const auto is_same_kind = [&](const Attempt& other) {
        return closes_host(other) == is_closing;
    };
    const auto count = static_cast<std::size_t>(std::ranges::count_if(*attempts, is_same_kind));
    const std::size_t most =
        is_closing ? closings_kept_most : limits::attempts_kept_first + limits::attempts_kept_last;
    if (count <= most) return;
    std::size_t passed = is_closing ? 0 : limits::attempts_kept_first;
    const auto dropped = std::ranges::find_if(
        *attempts, [&](const Attempt& other) { return is_same_kind(other) && passed-- == 0; });
    attempts->erase(dropped);
}

}  // namespace turnaway::queue
