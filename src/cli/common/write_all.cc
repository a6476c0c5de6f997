#include "cli/common/write_all.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace turnaway::cli {

int write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        const ssize_t taken = ::write(descriptor, text.data(), text.size());
        if (taken >= 0) {
            text.remove_prefix(static_cast<std::size_t>(taken));
        } else if (errno == EAGAIN) {
            pollfd waited{descriptor, POLLOUT, 0};
            if (::poll(&waited, 1, -1) < 0 && errno != EINTR) return errno;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

}  // namespace turnaway::cli
