// What a daemon gives up, and what it asks for, before it has threads: root, capabilities, core
// dumps; open files enough.
//
// Each step either holds or is an error (requirement 57). capset and no_new_privs reach one thread
// and those it starts later, so all of this comes first.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace turnaway::process {

// Whom to become.
struct Account {
    std::string name;
    uid_t user = 0;
    gid_t group = 0;
    std::vector<gid_t> groups;  // all of them, `group` too
};

bool is_root();

// An account other than root. `setting` is what the error names: "--user".
[[nodiscard]] base::Result<Account> find_account(const std::string& name, std::string_view setting);

// Sets how many descriptors the process may have at once: `wanted`, or what the system allows when
// that is at least `least`. Returns which; the error ends with `advice`.
[[nodiscard]] base::Result<std::uint64_t> limit_descriptors(std::uint64_t wanted,
                                                            std::uint64_t least,
                                                            std::string_view advice);

// Becomes the account for good, when there is one. All capabilities are dropped and no_new_privs
// is set in any case.
[[nodiscard]] base::Result<void> drop_privileges(const std::optional<Account>& account);

[[nodiscard]] base::Result<void> forbid_core_dumps();

}  // namespace turnaway::process
