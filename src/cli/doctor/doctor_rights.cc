// The relay's rights at its start: the user it switches to, the ports it binds.
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include "cli/doctor/doctor_context.h"
#include "cli/doctor/doctor_dial.h"
#include "io/listener.h"

namespace turnaway::cli {
namespace {

// Whether a relay of this name answers there.
bool is_relay_at(const io::Endpoint& endpoint, const std::string& hostname) {
    const auto address = endpoint.address.value_or(route::IpAddress(mail::Ipv4Bytes{127, 0, 0, 1}));
    const auto result = dial(address, endpoint.port);
    return result.greeting && result.greeting->starts_with("220 " + hostname + ' ');
}

}  // namespace

void check_listen(const DoctorContext& context, DoctorFindings& findings) {
    const std::string& hostname = context.config.hostname().text();
    for (const auto& each : context.config.listen.smtp) {
        const io::Endpoint endpoint{.address = each.address, .port = each.port};
        const auto may = io::may_listen(endpoint);
        if (may) {
            findings.ok("The relay can listen on " + endpoint.text() + '.');
        } else if (may.error().fault == base::Fault::unavailable &&
                   is_relay_at(endpoint, hostname)) {
            findings.ok("The relay listens on " + endpoint.text() + '.');
        } else {
            // "the problem: the fix"
            const std::string& message = may.error().message;
            const auto colon = message.find(": ");
            findings.problem(message.substr(0, colon) + '.', colon == std::string::npos
                                                                 ? "Choose another [listen] smtp."
                                                                 : message.substr(colon + 2) + '.');
        }
    }
}

void check_user(const DoctorContext& context, DoctorFindings& findings) {
    const std::string& user = context.config.user.name;
    if (user.empty()) {
        if (geteuid() == 0) {
            findings.warning("Started as root the relay stays root: [user] name is empty.",
                             "Set [user] name, or start it by its systemd unit.");
        } else {
            findings.ok("The relay runs as the user that starts it.");
        }
    } else if (getpwnam(user.c_str()) == nullptr) {
        findings.problem("There is no user \"" + user + "\" ([user] name).",
                         "Create it: useradd --system --shell /usr/sbin/nologin " + user);
    } else {
        findings.ok("The user " + user + " exists.");
    }
    const std::string& group = context.config.control.group;
    if (!group.empty() && getgrnam(group.c_str()) == nullptr) {
        findings.problem("There is no group \"" + group + "\" ([control] group).",
                         "Create it: groupadd --system " + group);
    }
}

}  // namespace turnaway::cli
