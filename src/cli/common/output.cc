#include "cli/common/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace turnaway::cli {

bool Output::flush() {
    std::string_view rest = text_;
    while (!rest.empty() && !has_failed_) {
        const ssize_t taken = ::write(STDOUT_FILENO, rest.data(), rest.size());
        if (taken < 0 && errno == EINTR) continue;
        if (taken < 0) {
            std::fprintf(stderr, "%s: cannot write to standard output: %s\n", command_.c_str(),
                         std::strerror(errno));
            has_failed_ = true;
            break;
        }
        rest.remove_prefix(static_cast<std::size_t>(taken));
    }
    text_.clear();
    return !has_failed_;
}

}  // namespace turnaway::cli
