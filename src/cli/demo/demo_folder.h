// DemoFolder: the folder of a demo: a temporary one, removed at the end, or the one that the user
// wants to keep, which must be new or empty.
//
// It belongs to the account of the demo's programs. A demo that is killed leaves it.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "cli/demo/child_program.h"

namespace turnaway::cli {

class DemoFolder {
  public:
    // `keep`: the folder to keep; empty for a temporary one.
    [[nodiscard]] static base::Result<DemoFolder> open(const std::string& keep,
                                                       const std::optional<Account>& account);
    DemoFolder() = default;
    DemoFolder(DemoFolder&& other) noexcept;
    DemoFolder& operator=(DemoFolder&& other) noexcept;
    ~DemoFolder();

    const std::string& path() const { return path_; }

  private:
    std::string path_;
    bool is_kept_ = false;
};

// The last words of a program, for a sentence about its end.
std::string tail_of(const std::string& log_file);

}  // namespace turnaway::cli
