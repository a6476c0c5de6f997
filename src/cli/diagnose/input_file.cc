#include "cli/diagnose/input_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "cli/diagnose/decompressor.h"
#include "process/descriptor.h"

namespace turnaway::cli {

namespace {

constexpr std::size_t read_bytes = std::size_t{256} * 1024;

}  // namespace

base::Result<void> read_input(const InputFile& input,
                              const std::function<bool(std::string_view)>& take,
                              const std::function<void(std::size_t)>& read) {
    const bool is_standard_input = input.path == "-";
    process::OwnedFd file;
    if (!is_standard_input) {
        file = process::OwnedFd(::open(input.path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file.is_open())
            return base::fail_errno(base::Fault::no_input, "cannot open " + input.path);
    }
    const int descriptor = is_standard_input ? STDIN_FILENO : file.get();
    static thread_local std::string buffer(read_bytes, '\0');
    Decompressor plain;
    std::string_view bytes = input.beginning;
    for (bool is_end = false;;) {
        const base::Result<bool> taken = is_end ? plain.finish(take) : plain.add(bytes, take);
        if (!taken)
            return base::fail(taken.error().fault, input.name() + ": " + taken.error().message);
        read(bytes.size());
        if (is_end || !*taken) return {};
        ssize_t size = 0;
        if (!input.is_whole) {
            do size = ::read(descriptor, buffer.data(), buffer.size());
            while (size < 0 && errno == EINTR);
        }
        if (size < 0) return base::fail_errno(base::Fault::io, "cannot read " + input.name());
        bytes = std::string_view(buffer).substr(0, static_cast<std::size_t>(size));
        is_end = size == 0;
    }
}

}  // namespace turnaway::cli
