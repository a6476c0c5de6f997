// WholeFile: a file that is written as a whole or not at all.
//
// Opened before the work whose result it stores, so that a user does not wait an hour to learn that
// it cannot be written. The old file stays until the new text is complete and replaces it in one
// step: a concurrent reader sees the old text or the new one. A link is kept, and its target is
// replaced. Anything that is not a regular file, such as a device or a pipe, is never replaced but
// written to; so is standard output, named `-`. Refused: a folder, or a file in a folder that
// cannot be written.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "process/descriptor.h"

namespace turnaway::cli {

class WholeFile {
  public:
    [[nodiscard]] static base::Result<WholeFile> open(const std::string& path);
    WholeFile(WholeFile&& other) noexcept
        : path_(std::move(other.path_)),
          draft_(std::exchange(other.draft_, {})),
          descriptor_(std::move(other.descriptor_)) {}
    WholeFile& operator=(WholeFile&&) = delete;
    // Without a successful write() no part of the new file is left.
    ~WholeFile();

    [[nodiscard]] base::Result<void> write(std::string_view text);  // once

  private:
    WholeFile(std::string path, std::string draft, int descriptor)
        : path_(std::move(path)), draft_(std::move(draft)), descriptor_(descriptor) {}

    std::string path_;
    std::string
        draft_;  // the new file in the same folder; empty if it was renamed or if there is none
    process::OwnedFd descriptor_;
};

}  // namespace turnaway::cli
