// MessageFiles: the files that the arguments of `turnaway diagnose` name: files, the folders `cur`
// and `new` of a maildir, or every file below another folder, in the order of their names.
//
// Links to folders are not followed, hidden files are left out.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/result.h"

namespace turnaway::cli {

struct MessageFiles {
    std::vector<std::string> paths;  // "-" for standard input
    std::size_t bytes = 0;           // of all of them, for the progress
};
[[nodiscard]] base::Result<MessageFiles> find_message_files(
    const std::vector<std::string>& arguments);

}  // namespace turnaway::cli
