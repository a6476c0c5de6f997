// The rights that a daemon drops before it has threads (root, capabilities, core dumps), and the
// number of open files that it asks for.
//
// Each step either succeeds or is an error (requirement 57). capset and no_new_privs apply to one
// thread and those it starts later, so all of this comes first.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace turnaway::process {

// The user to switch to.
struct Account {
    std::string name;
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups;  // all of them, including `group`
};

bool is_root();

// An account other than root. The error names `setting`, such as "--user".
[[nodiscard]] base::Result<Account> find_account(const std::string& name, std::string_view setting);

// Sets how many descriptors the process may have open: `wanted`, or the number that the system
// allows when that is at least `least`. Returns the number set; the error ends with `advice`.
[[nodiscard]] base::Result<std::uint64_t> limit_descriptors(std::uint64_t wanted,
                                                            std::uint64_t least,
                                                            std::string_view advice);

// Switches permanently to the account, if there is one. All capabilities are dropped and
// no_new_privs is set in any case.
[[nodiscard]] base::Result<void> drop_privileges(const std::optional<Account>& account);

[[nodiscard]] base::Result<void> forbid_core_dumps();

}  // namespace turnaway::process
