#include "io/start.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/result.h"

namespace turnaway::io {

namespace {

std::string words_of(const std::exception_ptr& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "an exception of an unknown type";
    }
}

}  // namespace

void end_process(std::string_view what, const std::exception_ptr& exception) noexcept {
    std::fprintf(stderr, "turnaway: fatal error in %.*s: %s\n", static_cast<int>(what.size()),
                 what.data(), words_of(exception).c_str());
    // Without running destructors of other threads' objects: those threads are still running.
    std::_Exit(base::exit_code(base::Fault::software));
}

}  // namespace turnaway::io
