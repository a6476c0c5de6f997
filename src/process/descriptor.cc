#include "process/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

namespace turnaway::process {

OwnedFd& OwnedFd::operator=(OwnedFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
}

void OwnedFd::reset() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
}

void keep_standard_streams() {
    // The kernel assigns the lowest free descriptor, so each open() fills the first gap.
    int fd = 0;
    while (fd >= 0 && fd <= STDERR_FILENO) fd = open("/dev/null", O_RDWR);
    if (fd > STDERR_FILENO) close(fd);
}

}  // namespace turnaway::process
