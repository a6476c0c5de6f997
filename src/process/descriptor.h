// OwnedFd: a file descriptor with one owner, who closes it.
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
    void reset();

  private:
    int fd_ = -1;
};

// A standard stream that was closed would lend its number to a connection, and a client would get
// the log. First of all: opens /dev/null for each one that is missing.
void keep_standard_streams();

}  // namespace turnaway::process
