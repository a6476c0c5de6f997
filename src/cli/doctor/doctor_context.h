// DoctorContext: the input of the doctor's checks, and the checks, one function per file.
//
// Each check takes the context and adds findings; none makes a lasting change (a file written to
// test the disk is removed). All waits are bounded.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "cli/doctor/doctor_finding.h"
#include "relay/config/config.h"

namespace turnaway::cli {

inline constexpr std::chrono::seconds doctor_wait_max{5};  // for one answer from any server

struct DoctorContext {
    std::string config_path;
    // The defaults if the file is not correct; checks that depend on it are then skipped.
    relay::Config config;
    std::string dns_name;       // to look up, in a signed zone
    std::string port25_target;  // HOST or HOST:PORT; empty: well-known hosts
};

using DoctorCheck = void (*)(const DoctorContext&, DoctorFindings&);

// Settings that are correct but unwise; that the file is correct has been checked before.
void check_policy(const DoctorContext& context, DoctorFindings& findings);
void check_clock(const DoctorContext& context, DoctorFindings& findings);
void check_resolver(const DoctorContext& context, DoctorFindings& findings);
void check_hostname(const DoctorContext& context, DoctorFindings& findings);
void check_port25(const DoctorContext& context, DoctorFindings& findings);
void check_listen(const DoctorContext& context, DoctorFindings& findings);
void check_user(const DoctorContext& context, DoctorFindings& findings);
void check_certificate(const DoctorContext& context, DoctorFindings& findings);
void check_disk(const DoctorContext& context, DoctorFindings& findings);
void check_spool(const DoctorContext& context, DoctorFindings& findings);
void check_control(const DoctorContext& context, DoctorFindings& findings);

// Whether an interface other than loopback is up and has an address.
bool has_network();

// While it exists, files are accessed with the rights of the owner of `path`, if we are root and
// the owner is another user: no file of ours may obstruct the relay. One thread only.
class AsOwnerOf {
  public:
    explicit AsOwnerOf(const std::string& path);
    ~AsOwnerOf();
    AsOwnerOf(const AsOwnerOf&) = delete;
    AsOwnerOf& operator=(const AsOwnerOf&) = delete;

  private:
    bool is_changed_ = false;
};

}  // namespace turnaway::cli
