#include "cli/diagnose/message_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "process/descriptor.h"

namespace turnaway::cli {

namespace {

namespace files = std::filesystem;
constexpr std::size_t piece_bytes = std::size_t{256} * 1024;

base::Result<void> add_folder(MessageFiles& found, const files::path& folder) {
    std::error_code error;
    std::vector<std::string> paths;
    const bool is_maildir =
        files::is_directory(folder / "cur", error) && files::is_directory(folder / "new", error);
    const std::vector<files::path> roots =
        is_maildir ? std::vector{folder / "cur", folder / "new"} : std::vector{folder};
    for (const files::path& root : roots) {
        files::recursive_directory_iterator at(root, error);
        for (; !error && at != files::recursive_directory_iterator(); at.increment(error)) {
            const bool is_hidden = at->path().filename().native().starts_with('.');
            std::error_code status;
            if (is_hidden && at->is_directory(status)) at.disable_recursion_pending();
            if (is_hidden || !at->is_regular_file(status)) continue;
            paths.push_back(at->path().native());
            found.bytes += at->file_size(status);
        }
        if (error)
            return base::fail(base::Fault::no_input,
                              "cannot read the folder " + root.native() + ": " + error.message());
    }
    std::ranges::sort(paths);
    found.paths.insert(found.paths.end(), paths.begin(), paths.end());
    return {};
}

}  // namespace

base::Result<MessageFiles> find_message_files(const std::vector<std::string>& arguments) {
    MessageFiles found;
    for (const std::string& argument : arguments) {
        std::error_code error;
        if (argument == "-") {
            found.paths.push_back(argument);
        } else if (files::is_directory(argument, error)) {
            if (auto added = add_folder(found, argument); !added)
                return std::unexpected(added.error());
        } else if (files::exists(argument, error)) {
            found.paths.push_back(argument);
            const auto size = files::file_size(argument, error);
            if (!error) found.bytes += size;
        } else {
            return base::fail(base::Fault::no_input,
                              "there is no file or folder " + argument +
                                  "; for a reply instead of a file, type turnaway explain '...'");
        }
    }
    return found;
}

base::Result<void> read_pieces(const std::string& path,
                               const std::function<bool(std::string_view)>& take) {
    const bool is_standard_input = path == "-";
    const process::OwnedFd file(is_standard_input ? -1
                                                  : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!is_standard_input && !file.is_open())
        return base::fail_errno(base::Fault::no_input, "cannot open " + path);
    const int descriptor = is_standard_input ? STDIN_FILENO : file.get();
    static thread_local std::string buffer(piece_bytes, '\0');
    for (;;) {
        const ssize_t size = ::read(descriptor, buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0)
            return base::fail_errno(base::Fault::io,
                                    "cannot read " + (is_standard_input ? "standard input" : path));
        if (size == 0) return {};
        if (!take(std::string_view(buffer).substr(0, static_cast<std::size_t>(size)))) return {};
    }
}

}  // namespace turnaway::cli
