// WholeFile: a file that is written as a whole or not at all.
//
// Opened before the work whose outcome goes into it, so that nobody waits an hour to hear that it
// cannot be written. What was there before stays until the new text is complete and takes its place
// in one step: who reads meanwhile sees the old text or the new one. A link stays, and what it
// names is replaced. What is no file, such as a device or a pipe, is never replaced but written to;
// so is standard output, which `-` names.
// Refused: a folder, or one that cannot be written.
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
    // Without a successful write() nothing is left of the new file.
    ~WholeFile();

    [[nodiscard]] base::Result<void> write(std::string_view text);  // once

  private:
    WholeFile(std::string path, std::string draft, int descriptor)
        : path_(std::move(path)), draft_(std::move(draft)), descriptor_(descriptor) {}

    std::string path_;
    std::string draft_;  // beside it, becomes it; empty when it has or when there is none
    process::OwnedFd descriptor_;
};

}  // namespace turnaway::cli
