// ChunkSums: the checksums of a content file, one for each 64 KiB, so that any part can be verified
// when it is read.
//
// add() takes the content in order; finish() closes the last chunk. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "spool/checksum.h"
#include "spool/fixed_number.h"

namespace turnaway::spool {

class ChunkSums {
  public:
    static constexpr std::size_t chunk_bytes = std::size_t{64} * 1024;

    ChunkSums() = default;
    explicit ChunkSums(std::vector<std::uint32_t> sums) : sums_(std::move(sums)) {}

    static std::uint64_t count_for(std::uint64_t content_bytes) {
        return content_bytes / chunk_bytes + (content_bytes % chunk_bytes != 0 ? 1 : 0);
    }

    void add(std::string_view bytes) {
        while (!bytes.empty()) {
            const auto piece = bytes.substr(0, chunk_bytes - open_bytes_);
            open_sum_ = crc32c(piece, open_sum_);
            open_bytes_ += piece.size();
            bytes.remove_prefix(piece.size());
            if (open_bytes_ == chunk_bytes) close();
        }
    }
    void finish() {
        if (open_bytes_ > 0) close();
    }

    bool is_empty() const { return sums_.empty(); }
    bool matches(std::uint64_t chunk, std::string_view bytes) const {
        return chunk < sums_.size() && sums_[static_cast<std::size_t>(chunk)] == crc32c(bytes);
    }
    // As stored in the file.
    std::string packed() const {
        std::string out;
        out.reserve(sums_.size() * sizeof(std::uint32_t));
        for (const std::uint32_t sum : sums_) append_fixed(out, sum);
        return out;
    }
    // The checksum of all of them, which is stored in the row.
    std::uint32_t whole() const { return crc32c(packed()); }

  private:
    void close() {
        sums_.push_back(open_sum_);
        open_sum_ = 0;
        open_bytes_ = 0;
    }

    std::vector<std::uint32_t> sums_;
    std::uint32_t open_sum_ = 0;
    std::size_t open_bytes_ = 0;
};

}  // namespace turnaway::spool
