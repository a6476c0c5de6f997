#include "daemon/disk_thread.h"

namespace turnaway::daemon {

void DiskThread::post(std::function<void()> work) {
    const std::lock_guard lock(mutex_);
    if (!thread_) thread_.emplace(1);
    boost::asio::post(*thread_, std::move(work));
}

}  // namespace turnaway::daemon
