// What the doctor says of a clock and of a filesystem that no test machine has.
#include <gtest/gtest.h>
#include <linux/magic.h>

#include <chrono>

#include "cli/doctor/doctor_clock.h"
#include "cli/doctor/doctor_disk.h"

namespace turnaway::cli {
namespace {

using namespace std::chrono;

constexpr sys_seconds built = sys_days{2026y / 11 / 25};

Health clock_health(sys_seconds now, ClockSync sync) {
    DoctorFindings findings("clock");
    judge_clock(now, built, sync, findings);
    EXPECT_EQ(findings.all().size(), 1U);
    EXPECT_EQ(findings.all().front().fix.empty(), findings.all().front().health == Health::ok);
    return findings.all().front().health;
}

TEST(DoctorClock, BeforeTheProgramWasBuiltItIsWrong) {
    EXPECT_EQ(clock_health(sys_days{1970y / 1 / 1}, ClockSync::synchronised), Health::problem);
    EXPECT_EQ(clock_health(built - 1s, ClockSync::synchronised), Health::problem);
    EXPECT_EQ(clock_health(built, ClockSync::synchronised), Health::ok);
}

TEST(DoctorClock, FarInTheFutureItIsWrong) {
    EXPECT_EQ(clock_health(built + years(10), ClockSync::synchronised), Health::ok);
    EXPECT_EQ(clock_health(built + years(16), ClockSync::synchronised), Health::problem);
}

TEST(DoctorClock, NotSynchronisedIsAWarningAndNotKnownIsUnknown) {
    EXPECT_EQ(clock_health(built + hours(1), ClockSync::adrift), Health::warning);
    EXPECT_EQ(clock_health(built + hours(1), ClockSync::unknown), Health::unknown);
}

TEST(DoctorDisk, FilesystemsOfTheNetworkAreAProblem) {
    // As a signed 32-bit f_type would hold CIFS, too.
    for (const std::int64_t magic : {std::int64_t{NFS_SUPER_MAGIC}, std::int64_t{0xff534d42},
                                     std::int64_t{-11317950}, std::int64_t{FUSE_SUPER_MAGIC}}) {
        DoctorFindings findings("disk");
        judge_filesystem(magic, "/var/spool/turnaway", findings);
        ASSERT_EQ(findings.all().size(), 1U) << magic;
        EXPECT_EQ(findings.all().front().health, Health::problem);
    }
}

TEST(DoctorDisk, LocalOnesAreFineAndMemoryIsAWarning) {
    DoctorFindings fine("disk");
    judge_filesystem(EXT4_SUPER_MAGIC, "/var/spool/turnaway", fine);
    judge_filesystem(XFS_SUPER_MAGIC, "/var/spool/turnaway", fine);
    EXPECT_TRUE(fine.all().empty());
    DoctorFindings memory("disk");
    judge_filesystem(TMPFS_MAGIC, "/tmp", memory);
    ASSERT_EQ(memory.all().size(), 1U);
    EXPECT_EQ(memory.all().front().health, Health::warning);
}

}  // namespace
}  // namespace turnaway::cli
