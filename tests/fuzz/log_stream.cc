// Invariants of a log, whatever the bytes:
// - the results are bounded by the log, each has a recipient of it and at least one attempt;
// - the pieces in which the log comes change nothing, and every result can be diagnosed;
// - work is linear: the phrase engine reads at most byte_steps_max bytes for each byte of the log,
// and the rest takes at most byte_time_max for each byte of 4 KiB or more, in the best of three
// runs.
#include "bounce/log/log_stream.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.h"
#include "bounce/log/logged_diagnosis.h"
#include "fuzz/counted_reading.h"

namespace {

using namespace turnaway;

// In seconds: ten times what a usual log takes with sanitizers.
constexpr double byte_time_max = 12e-6;
constexpr std::size_t timed_bytes_min = 4096;
constexpr std::uint64_t byte_steps_max = 4, other_steps_max = 1000;

struct Result {
    std::size_t line;
    std::string recipient;
    std::size_t attempts;
    bounce::DeliveryEvent::Kind outcome;
    bool operator==(const Result&) const = default;
};

std::vector<Result> read(std::string_view log, std::size_t piece_bytes, bool tells_each_attempt) {
    std::vector<Result> results;
    bounce::LogStream stream(
        bounce::Program::unknown, tells_each_attempt, [&](bounce::LoggedRecipient&& found) {
            TURNAWAY_CHECK(!found.attempts.empty());
            TURNAWAY_CHECK(found.attempts.size() <= bounce::MessageTable::attempts_max);
            TURNAWAY_CHECK(found.recipient.size() <= log.size());
            results.push_back({found.line, found.recipient, found.attempts.size(), found.outcome});
            const bounce::Diagnosis diagnosis = bounce::diagnose_logged(std::move(found));
            TURNAWAY_CHECK(diagnosis.recipients.size() == 1);
            TURNAWAY_CHECK(diagnosis.kind != bounce::Kind::not_a_bounce);
        });
    for (std::size_t at = 0; at < log.size(); at += piece_bytes)
        stream.take(log.substr(at, piece_bytes));
    stream.end_file();
    stream.finish();
    for (const Result& result : results)
        TURNAWAY_CHECK(result.line >= 1 && result.line <= stream.lines());
    return results;
}

// Processor time, so that a busy machine does not count.
double time_of(std::string_view log) {
    const std::clock_t begin = std::clock();
    (void)read(log, log.size(), false);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view log(reinterpret_cast<const char*>(data), size);
    if (log.empty()) return 0;
    const std::uint64_t steps_before = fuzz::steps_of_reading();
    const std::vector<Result> whole = read(log, log.size(), false);
    const std::uint64_t steps = fuzz::steps_of_reading() - steps_before;
    TURNAWAY_CHECK(steps <= byte_steps_max * size + other_steps_max);
    TURNAWAY_CHECK(whole.size() <= size);
    TURNAWAY_CHECK(read(log, 7, false) == whole);
    TURNAWAY_CHECK(read(log, log.size(), true).size() <= size);
    if (size < timed_bytes_min) return 0;
    const double allowed = byte_time_max * static_cast<double>(size);
    double best = time_of(log);
    for (int i = 0; i < 2 && best > allowed; ++i) best = std::min(best, time_of(log));
    TURNAWAY_CHECK(best <= allowed);
    return 0;
}
