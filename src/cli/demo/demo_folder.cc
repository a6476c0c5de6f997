#include "cli/demo/demo_folder.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace turnaway::cli {
namespace {

namespace fs = std::filesystem;
using base::Fault;

constexpr std::size_t log_tail_bytes = 600;

base::Result<std::string> make_kept(const std::string& name) {
    std::error_code error;
    const fs::path folder = fs::absolute(name, error);
    if (!error) fs::create_directories(folder, error);
    if (error) return base::fail(Fault::system, name + ": " + error.message());
    const bool is_empty = fs::is_empty(folder, error);
    if (error) return base::fail(Fault::system, folder.string() + ": " + error.message());
    if (!is_empty) {
        return base::fail(Fault::usage,
                          folder.string() + " is not empty: name a new folder to keep");
    }
    return folder.string();
}

base::Result<std::string> make_temporary() {
    std::error_code error;
    const auto temporary = fs::temp_directory_path(error);
    if (error) return base::fail(Fault::system, "no temporary folder: " + error.message());
    std::string pattern = (temporary / "turnaway-demo-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) return base::fail_errno(Fault::system, pattern);
    return pattern;
}

}  // namespace

base::Result<DemoFolder> DemoFolder::open(const std::string& keep,
                                          const std::optional<Account>& account) {
    auto path = keep.empty() ? make_temporary() : make_kept(keep);
    if (!path) return std::unexpected(path.error());
    DemoFolder folder;
    folder.path_ = *std::move(path);
    folder.is_kept_ = !keep.empty();
    if (account && chown(folder.path_.c_str(), account->user, account->group) != 0) {
        return base::fail_errno(Fault::system, folder.path_);
    }
    return folder;
}

DemoFolder::DemoFolder(DemoFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})), is_kept_(other.is_kept_) {}

DemoFolder& DemoFolder::operator=(DemoFolder&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(is_kept_, other.is_kept_);
    return *this;
}

DemoFolder::~DemoFolder() {
    std::error_code ignored;
    if (!is_kept_ && !path_.empty()) fs::remove_all(path_, ignored);
}

std::string tail_of(const std::string& log_file) {
    std::ifstream file(log_file);
    std::string text((std::istreambuf_iterator<char>(file)), {});
    if (text.size() > log_tail_bytes) text.erase(0, text.size() - log_tail_bytes);
    return text;
}

}  // namespace turnaway::cli
