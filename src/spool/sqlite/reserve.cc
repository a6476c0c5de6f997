#include "spool/sqlite/reserve.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "spool/spool_limits.h"

namespace turnaway::spool {

Reserve::Reserve(const std::string& folder)
    : descriptor_(
          ::open((folder + "/reserve").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)) {
    take();
}

Reserve::~Reserve() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool Reserve::take() {
    if (is_held_) return true;
    const int error =
        descriptor_ < 0 ? errno : ::posix_fallocate(descriptor_, 0, limits::reserve_bytes);
    // A partly allocated file must not take space from others.
    if (error != 0 && descriptor_ >= 0) {
        [[maybe_unused]] const int emptied = ::ftruncate(descriptor_, 0);
    }
    is_held_ = error == 0;
    return is_held_;
}

bool Reserve::give_up() {
    if (!std::exchange(is_held_, false)) return false;
    return ::ftruncate(descriptor_, 0) == 0;
}

}  // namespace turnaway::spool
