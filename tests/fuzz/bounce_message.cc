// Invariants, whatever the bytes:
// - a message is diagnosed without a crash, and the result is bounded by the message;
// - the answer is UTF-8 where it is text of the message that was decoded;
// - a recipient of a failure has a reason with an action;
// - work is linear: the phrase engine reads at most byte_steps_max bytes for each byte of the
// message, and the rest takes at most byte_time_max for each byte of 4 KiB or more, in the best of
// three runs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "bounce/compatible_names.h"
#include "bounce/diagnosis.h"
#include "fuzz/counted_reading.h"

namespace {

using namespace turnaway;

// In seconds: a thousand times what a usual message takes in a build without sanitizers, and ten
// times what it takes with them.
constexpr double byte_time_max = 12e-6;
constexpr std::size_t timed_bytes_min = 4096;
// Each line is read to find its meaning, and each text that is about a recipient to judge it.
constexpr std::uint64_t byte_steps_max = 4, other_steps_max = 1000;

void check(const bounce::Diagnosis& diagnosis, std::string_view message) {
    TURNAWAY_CHECK(diagnosis.recipients.size() <= message.size() + 1);
    TURNAWAY_CHECK(base::is_utf8(diagnosis.original.subject));
    for (const bounce::RecipientDiagnosis& recipient : diagnosis.recipients) {
        TURNAWAY_CHECK(recipient.recipient.size() <= 3 * message.size());
        TURNAWAY_CHECK(!bounce::row_of(recipient.judgement.reason).action.empty());
        TURNAWAY_CHECK(!bounce::sisimai_reason(recipient).empty());
    }
}

// Processor time, so that a busy machine does not count.
double time_of(std::string_view message) {
    const std::clock_t begin = std::clock();
    check(bounce::diagnose(message, {}), message);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view message(reinterpret_cast<const char*>(data), size);
    const std::uint64_t steps_before = fuzz::steps_of_reading();
    double best = time_of(message);
    const std::uint64_t steps = fuzz::steps_of_reading() - steps_before;
    TURNAWAY_CHECK(steps <= byte_steps_max * size + other_steps_max);
    if (size < timed_bytes_min) return 0;
    const double allowed = byte_time_max * static_cast<double>(size);
    for (int i = 0; i < 2 && best > allowed; ++i) best = std::min(best, time_of(message));
    TURNAWAY_CHECK(best <= allowed);
    return 0;
}
