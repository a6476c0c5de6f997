// FileContent: the content of one large message in a separate file.
//
// While the message arrives the file is `N.part`, which is removed with the last reference. keep()
// writes the trailer (content_trailer.h), syncs and renames the file to `N`: from then on it
// belongs to the row. The file stays open, so content cannot disappear during reading. Every read
// is verified against the checksums, if the file has any (version 1 had none).
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "spool/chunk_sums.h"
#include "spool/spool.h"

namespace turnaway::spool {

inline constexpr std::string_view unfinished_suffix = ".part";

class FileContent final : public Content {
  public:
    // A new, empty file, opened as `path` with unfinished_suffix.
    FileContent(int descriptor, std::string path, std::uint64_t number);
    // A file that belongs to a row.
    FileContent(int descriptor, std::string path, std::uint64_t number, std::uint64_t bytes,
                ChunkSums sums);
    ~FileContent() override;

    std::uint64_t size() const override { return bytes_; }
    // Fault::data: it differs from what was written.
    [[nodiscard]] base::Result<std::string> read(std::uint64_t offset,
                                                 std::size_t bytes_max) const override;
    std::string_view in_memory() const override { return {}; }

    std::uint64_t number() const { return number_; }
    const std::string& path() const { return path_; }
    std::uint32_t checksum() const { return sums_.whole(); }
    [[nodiscard]] base::Result<void> write(std::string_view bytes);  // at the end
    void finish() { sums_.finish(); }                                // no more write() afterwards

    // True for the first caller: the file will belong to that caller's row.
    bool claim() const { return !is_claimed_.exchange(true); }
    // After claim(). Durable once the folder is synced too. After a failure it is unclaimed again.
    [[nodiscard]] base::Result<void> keep(queue::QueueId id, std::string envelope,
                                          std::string states) const;

  private:
    [[nodiscard]] base::Result<void> put(std::string_view bytes, std::uint64_t offset) const;
    [[nodiscard]] base::Result<void> seal(queue::QueueId id, std::string envelope,
                                          std::string states) const;

    int descriptor_;
    std::string path_;
    std::uint64_t number_;
    std::uint64_t bytes_;
    ChunkSums sums_;
    mutable std::atomic<bool> is_claimed_;
};

}  // namespace turnaway::spool
