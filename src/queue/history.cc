#include "queue/history.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "codes/constants.h"

namespace turnaway::queue {
namespace {

namespace limits = base::limits;
using codes::Stage;
using smtp::ClientCause;
using smtp::ClientVerdict;

// The length to which a reply is cut if there is no room for all of it.
constexpr std::size_t cut_reply_bytes = 100;
constexpr std::size_t recipient_bytes_min = 256;
// The approximate size of an attempt without its texts.
constexpr std::size_t attempt_bytes = 24;

std::size_t bytes_of(const Attempt& attempt) {
    std::size_t bytes =
        attempt_bytes + attempt.host.size() + attempt.address.size() + attempt.words.size();
    if (!attempt.remote) return bytes;
    for (const auto& line : attempt.remote->lines) bytes += line.size() + 1;
    return bytes;
}

// Cuts the texts to `most` octets; returns the number of octets saved.
std::size_t cut_words(Attempt& attempt, std::size_t most) {
    const std::size_t before = bytes_of(attempt);
    if (attempt.words.size() > most) attempt.words.resize(most);
    if (attempt.remote) {
        std::size_t left = most;
        auto& lines = attempt.remote->lines;
        for (std::size_t i = 0; i < lines.size(); ++i) {
            if (lines[i].size() > left) lines[i].resize(left);
            left -= lines[i].size();
            if (left == 0) lines.resize(i + 1);
        }
    }
    return before - bytes_of(attempt);
}

void bound_state(RecipientState& state, std::size_t bytes_max) {
    auto& attempts = state.attempts;
    std::size_t bytes = 0;
    for (const auto& attempt : attempts) bytes += bytes_of(attempt);
    for (std::size_t i = 0; i + 1 < attempts.size() && bytes > bytes_max; ++i) {
        bytes -= cut_words(attempts[i], cut_reply_bytes);
    }
    for (std::size_t i = 1; i + 1 < attempts.size() && bytes > bytes_max;) {
        if (closes_host(attempts[i])) {
            ++i;
            continue;
        }
        bytes -= bytes_of(attempts[i]);
        attempts.erase(attempts.begin() + static_cast<std::ptrdiff_t>(i));
    }
    if (bytes > bytes_max && !attempts.empty()) {
        cut_words(attempts.back(), std::max(bytes_max / 2, cut_reply_bytes));
    }
}

}  // namespace

bool closes_host(const Attempt& attempt) {
    if (!attempt.stage || attempt.verdict != ClientVerdict::permanent) return false;
    return *attempt.stage < codes::Stage::mail || attempt.cause != ClientCause::replied;
}

bool ends_recipient(const Attempt& attempt) {
    return attempt.stage && attempt.verdict == ClientVerdict::permanent && !closes_host(attempt);
}

bool is_lookup(const Attempt& attempt) {
    return !attempt.stage;
}

bool is_unreachable(const Attempt& attempt) {
    return attempt.stage == codes::Stage::connect && attempt.verdict == ClientVerdict::temporary;
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
        is_closing ? closings_kept_max : limits::attempts_kept_first + limits::attempts_kept_last;
    if (count <= most) return;
    std::size_t passed = is_closing ? 0 : limits::attempts_kept_first;
    const auto dropped = std::ranges::find_if(
        *attempts, [&](const Attempt& other) { return is_same_kind(other) && passed-- == 0; });
    attempts->erase(dropped);
}

void bound_states(std::vector<RecipientState>* states, std::size_t bytes_max) {
    if (states->empty()) return;
    const std::size_t share = std::max(bytes_max / states->size(), recipient_bytes_min);
    for (auto& state : *states) bound_state(state, share);
}

}  // namespace turnaway::queue
