// FollowedLog: a log file that grows, as `tail -F` reads it: from its beginning or its end on, and
// on in the new file when the log is rotated, from the beginning again when it is truncated.
//
// A file that does not exist for a while is waited for, except at the start. Looks for more every
// look_ms milliseconds: no event of the kernel is as reliable on every file system.
#pragma once

#include <sys/types.h>

#include <functional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"

namespace turnaway::cli {

struct FollowedLog {
    std::string path;
    bool begins_at_end = false;

    // `take` gets the bytes, `renewed` is called before those of another file, and `idle` when
    // there is nothing more for now; it returns false to stop. Ends with the token.
    struct Calls {
        std::function<void(std::string_view)> take;
        std::function<void()> renewed;
        std::function<bool()> idle;
    };
    [[nodiscard]] base::Result<void> read(const std::stop_token& stop, const Calls& calls) const;
};

// The system journal, by `journalctl`, from now on.
[[nodiscard]] base::Result<void> follow_journal(const std::stop_token& stop,
                                                const FollowedLog::Calls& calls);

}  // namespace turnaway::cli
