// OwnedFd: a file descriptor with one owner, which closes it.
#pragma once

#include <utility>

namespace turnaway::process {

class OwnedFd {
  public:
    OwnedFd() = default;
    explicit OwnedFd(int fd) : fd_(fd) {}
    OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    OwnedFd& operator=(OwnedFd&& other) noexcept;
    ~OwnedFd() { reset(); }
    int get() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }
    // The caller closes it from now on.
    int release() { return std::exchange(fd_, -1); }
    void reset();

  private:
    int fd_ = -1;
};

// Opens /dev/null for each standard stream that is closed; otherwise a connection would get its
// number, and a client would receive the log. Must be called before anything else.
void keep_standard_streams();

}  // namespace turnaway::process
