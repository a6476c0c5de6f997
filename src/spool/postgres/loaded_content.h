// LoadedContent: collects the pieces of a content as they come from the database: in memory while
// small, then in an unnamed place of the spool's temporary folder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "spool/checksum.h"
#include "spool/content_folder.h"
#include "spool/spool.h"

namespace turnaway::spool::postgres {

class LoadedContent {
  public:
    explicit LoadedContent(std::shared_ptr<ContentFolder> folder)
        : sink_(make_content_sink(std::move(folder), {})) {}

    // The number of the piece, from 0 on.
    void add(std::int64_t piece, std::string_view bytes) {
        is_whole_ = is_whole_ && piece == pieces_++;
        checksum_ = crc32c(bytes, checksum_);
        bytes_ += bytes.size();
        if (written_) written_ = sink_->write(bytes);
    }
    std::uint64_t bytes() const { return bytes_; }
    // As it was stored.
    bool matches(std::uint32_t checksum) const { return is_whole_ && checksum == checksum_; }
    [[nodiscard]] base::Result<ContentPtr> finish() {
        if (!written_) return std::unexpected(std::move(written_.error()));
        return sink_->finish();
    }

  private:
    std::unique_ptr<ContentSink> sink_;
    base::Result<void> written_ = {};
    std::int64_t pieces_ = 0;
    std::uint64_t bytes_ = 0;
    std::uint32_t checksum_ = 0;
    bool is_whole_ = true;
};

}  // namespace turnaway::spool::postgres
