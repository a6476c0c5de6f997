// DoctorContext: what the doctor looks at, and its checks, one function a file.
//
// Each check takes the context and adds findings; none changes anything that stays (a file it
// writes to try the disk is removed). All waits are bounded.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "cli/doctor/doctor_finding.h"
#include "relay/config/config.h"

namespace turnaway::cli {

inline constexpr std::chrono::seconds doctor_wait_max{5};  // for one answer of anybody

struct DoctorContext {
    std::string config_path;
    // The defaults when the file is not correct; what depends on it is left out then.
    relay::Config config;
    std::string dns_name;       // a name to ask for, in a zone that is signed
    std::string port25_target;  // HOST or HOST:PORT; empty: well-known hosts
};

using DoctorCheck = void (*)(const DoctorContext&, DoctorFindings&);

// What of the file is correct but unwise; that it is correct has been seen.
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

// Another interface than loopback is up and has an address.
bool has_network();

// While it lives, files are touched with the rights of the owner of `path`, if we are root and that
// is somebody else: nothing of ours may be left in the relay's way. One thread only.
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
