#include "cli/doctor/doctor_clock.h"

#include <sys/timex.h>

#include "cli/doctor/doctor_context.h"
#include "mail/date_time.h"

namespace turnaway::cli {
namespace {

// No program this old is in use; a clock that says so is wrong.
constexpr std::chrono::years age_max{15};

std::chrono::sys_days build_day(int year, unsigned month, unsigned day) {
    return std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day);
}

ClockSync sync_of_kernel() {
    timex state{};  // reads only, changes nothing
    const int answer = adjtimex(&state);
    if (answer < 0) return ClockSync::unknown;
    return answer == TIME_ERROR || (state.status & STA_UNSYNC) != 0 ? ClockSync::adrift
                                                                    : ClockSync::synchronised;
}

}  // namespace

void judge_clock(std::chrono::sys_seconds now, std::chrono::sys_seconds built, ClockSync sync,
                 DoctorFindings& findings) {
    const std::string time = mail::date_time_text(now);
    if (now < built || now > built + age_max) {
        findings.problem("The clock says " + time + ", and this program was built on " +
                             mail::date_time_text(built) + ": the clock is wrong.",
                         "Set the clock, and turn synchronisation on: timedatectl set-ntp true");
        return;
    }
    switch (sync) {
        case ClockSync::synchronised:
            findings.ok("The clock is synchronised and says " + time + '.');
            break;
        case ClockSync::adrift:
            findings.warning(
                "The clock says " + time + ". It is not synchronised (NTP is off).",
                "Turn synchronisation on: timedatectl set-ntp true, or install chrony");
            break;
        case ClockSync::unknown:
            findings.unknown(
                "The clock says " + time + "; it is not known whether it is synchronised.",
                "Check it with: timedatectl");
            break;
    }
}

void check_clock(const DoctorContext&, DoctorFindings& findings) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    judge_clock(now, build_day(TURNAWAY_BUILD_DAY), sync_of_kernel(), findings);
}

}  // namespace turnaway::cli
