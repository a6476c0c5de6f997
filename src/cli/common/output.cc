#include "cli/common/output.h"

#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "cli/common/write_all.h"

namespace turnaway::cli {

bool Output::flush() {
    const int error = has_failed_ ? 0 : write_all(STDOUT_FILENO, text_);
    if (error != 0) {
        std::fprintf(stderr, "%s: cannot write to standard output: %s\n", command_.c_str(),
                     std::strerror(error));
        has_failed_ = true;
    }
    text_.clear();
    return !has_failed_;
}

}  // namespace turnaway::cli
