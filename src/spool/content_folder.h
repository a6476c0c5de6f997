// ContentFolder: the content of large messages, one file each in the spool's `content` folder.
//
// Files are named by a number that is never used twice: `N` belongs to a row, `N.part` is still
// being written, `N.orphan` was found without a row at a start. Without a row only `N.part` is
// removed at once: an orphan may be all that is left of a message whose row was lost, so it is kept
// a week for `turnaway queue recover`. Nothing here is durable before FileContent::keep() and
// sync() succeed. Safe from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>

#include "base/result.h"
#include "spool/content_budget.h"
#include "spool/file_content.h"
#include "spool/spool.h"

namespace turnaway::spool {

inline constexpr std::string_view orphan_suffix = ".orphan";

class ContentFolder {
  public:
    // Makes the folder if it is missing.
    [[nodiscard]] static base::Result<std::shared_ptr<ContentFolder>> open(
        std::string path, std::uint64_t free_bytes_min);
    ContentFolder(std::string path, int descriptor, std::uint64_t free_bytes_min)
        : path_(std::move(path)), folder_(descriptor), budget_(path_, free_bytes_min) {}
    ContentFolder(const ContentFolder&) = delete;
    ContentFolder& operator=(const ContentFolder&) = delete;
    ~ContentFolder();

    // Removes unfinished files of a crash and sets aside files without a row; returns the number of
    // the latter. Later numbers are greater than all existing ones.
    [[nodiscard]] base::Result<std::size_t> sweep(const std::unordered_set<std::uint64_t>& kept);
    [[nodiscard]] base::Result<std::shared_ptr<FileContent>> create();
    // `bytes` is the size in the row. Fault::data: the file is missing, or not the one of the row;
    // Fault::unavailable: too many files are open, a temporary condition.
    [[nodiscard]] base::Result<std::shared_ptr<const FileContent>> find(std::uint64_t number,
                                                                        std::uint64_t bytes) const;
    // As much of it as exists, unchecked.
    [[nodiscard]] base::Result<ContentPtr> find_unchecked(std::uint64_t number,
                                                          std::uint64_t bytes) const;
    [[nodiscard]] base::Result<void> sync() const;
    void remove(std::uint64_t number) const;
    const std::string& path() const { return path_; }
    ContentBudget& budget() { return budget_; }

  private:
    std::string file_path(std::uint64_t number) const;
    [[nodiscard]] base::Result<int> open_file(const std::string& path) const;
    void set_aside(std::uint64_t number) const;

    std::string path_;
    int folder_;
    ContentBudget budget_;
    std::atomic<std::uint64_t> last_ = 0;
};

// In memory while it is small, then in a file of `folder`. The space is reserved for `client`.
[[nodiscard]] std::unique_ptr<ContentSink> make_content_sink(std::shared_ptr<ContentFolder> folder,
                                                             std::string_view client);

}  // namespace turnaway::spool
