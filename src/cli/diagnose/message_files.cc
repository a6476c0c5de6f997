#include "cli/diagnose/message_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

namespace turnaway::cli {

namespace {

namespace files = std::filesystem;

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

}  // namespace turnaway::cli
