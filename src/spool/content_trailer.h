// Content trailer: the data after the content in a file of the spool (docs/formats.md, ADR 14).
//
// The checksums of the content, and the envelope and states of the message on arrival, so that a
// message whose row is lost can be restored from its file. A file without a readable trailer is of
// version 1, truncated, or damaged.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.h"
#include "queue/queue_id.h"
#include "spool/chunk_sums.h"

namespace turnaway::spool {

struct ContentTrailer {
    queue::QueueId id;
    std::uint64_t content_bytes = 0;
    ChunkSums sums;
    std::string envelope;  // sealed
    std::string states;    // sealed
};

std::string pack_trailer(const ContentTrailer& trailer);

// Nothing: the file has no trailer. Fault::io: it cannot be read.
[[nodiscard]] base::Result<std::optional<ContentTrailer>> read_trailer(int descriptor,
                                                                       std::uint64_t file_bytes,
                                                                       const std::string& path);

}  // namespace turnaway::spool
