// FilePlace: the identity of the file that a path led to when it was opened, to notice that the
// file was removed or replaced since. Data written to such a file is lost at the next start.
#pragma once

#include <sys/stat.h>

#include <string>
#include <utility>

namespace turnaway::spool {

class FilePlace {
  public:
    explicit FilePlace(std::string path) : path_(std::move(path)) {
        is_known_ = ::stat(path_.c_str(), &about_) == 0;
    }
    const std::string& path() const { return path_; }
    // Whether the path still leads to the same file.
    bool is_same() const {
        struct stat now{};
        return is_known_ && ::stat(path_.c_str(), &now) == 0 && now.st_ino == about_.st_ino &&
               now.st_dev == about_.st_dev;
    }

  private:
    std::string path_;
    struct stat about_{};
    bool is_known_;
};

}  // namespace turnaway::spool
