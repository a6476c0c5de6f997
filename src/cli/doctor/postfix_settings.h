// PostfixSettings: what `postconf -nx`, `postconf -P` and `postconf -F '*/*/chroot'` print: the
// settings of Postfix that are not the default, those that a service of master.cf has for itself,
// and which services run in a chroot.
//
// Pure. Lines that are no setting are skipped, so the three outputs may be in one file. Gap: a
// restriction class is not followed.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace turnaway::cli {

// A place where Postfix asks another program: `check_policy_service ...`, or one of smtpd_milters.
struct PostfixClient {
    std::string place;  // `inet:127.0.0.1:10040`, `unix:turnaway/policy.sock`
    std::map<std::string, std::string> settings;  // `{ ..., timeout=4s }`
};

// A list of restrictions: `permit_mynetworks`, `check_policy_service inet:127.0.0.1:10040`.
struct Restriction {
    std::string name;
    PostfixClient client = {};  // if the name is check_policy_service
};

class PostfixSettings {
  public:
    explicit PostfixSettings(std::string_view text);

    bool is_empty() const { return values_.empty(); }
    // `usual` if it is not set.
    std::string value(const std::string& name, std::string_view usual = {}) const;
    bool has(const std::string& name) const { return values_.contains(name); }
    // The services that set it for themselves: `submission/inet`, with the value.
    std::map<std::string, std::string> overrides(std::string_view name) const;
    // The services for SMTP over the network: those of `smtp/inet` and others with a chroot line.
    bool is_chrooted(const std::string& service) const;

  private:
    std::map<std::string, std::string> values_;
};

std::vector<Restriction> read_restrictions(std::string_view list);
std::vector<PostfixClient> read_milters(std::string_view list);

}  // namespace turnaway::cli
