// ContentFolder: the content of big messages, one file each in the spool's `content` folder.
//
// A file is written while the message comes and named by a number that is never used twice. It is
// taken away with its last holder, unless a row has claimed it; then it stays until that row is
// gone. What a crash leaves without a row is swept at the next start. Nothing here is durable
// before sync_file and sync() say so. Safe from any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>

#include "base/result.h"
#include "spool/spool.h"

namespace turnaway::spool {

// Keeps its file open, so that what is read never goes away before the reader.
class FileContent final : public Content {
  public:
    FileContent(int descriptor, std::string path, std::uint64_t number, std::uint64_t bytes,
                bool is_claimed);
    ~FileContent() override;
    std::uint64_t size() const override { return bytes_; }
    base::Result<std::string> read(std::uint64_t offset, std::size_t bytes_max) const override;
    std::string_view in_memory() const override { return {}; }

    std::uint64_t number() const { return number_; }
    const std::string& path() const { return path_; }
    base::Result<void> write(std::string_view bytes);  // at the end
    base::Result<void> sync() const;
    // True for the first who asks: the file is then the row's.
    bool claim() const { return !is_claimed_.exchange(true); }

  private:
    int descriptor_;
    std::string path_;
    std::uint64_t number_;
    std::uint64_t bytes_;
    mutable std::atomic<bool> is_claimed_;
};

class ContentFolder {
  public:
    // Makes the folder when it is missing.
    static base::Result<std::shared_ptr<ContentFolder>> open(std::string path);
    ContentFolder(std::string path, int descriptor) : path_(std::move(path)), folder_(descriptor) {}
    ContentFolder(const ContentFolder&) = delete;
    ContentFolder& operator=(const ContentFolder&) = delete;
    ~ContentFolder();

    // Removes every file that no row keeps; later numbers are above all there are.
    base::Result<void> sweep(const std::unordered_set<std::uint64_t>& kept);
    base::Result<std::shared_ptr<FileContent>> create();
    // `bytes` is what the row says; a file of another size is refused with Fault::data.
    base::Result<ContentPtr> find(std::uint64_t number, std::uint64_t bytes) const;
    base::Result<void> sync() const;
    void remove(std::uint64_t number) const;

  private:
    std::string file_path(std::uint64_t number) const;
    std::string path_;
    int folder_;
    std::atomic<std::uint64_t> last_ = 0;
};

// In memory while it is small, then in a file of `folder`.
std::unique_ptr<ContentSink> make_content_sink(std::shared_ptr<ContentFolder> folder);

}  // namespace turnaway::spool
