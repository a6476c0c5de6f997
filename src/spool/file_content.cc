#include "spool/file_content.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "spool/content_trailer.h"
#include "spool/file_read.h"
#include "spool/shortage.h"

namespace turnaway::spool {

FileContent::FileContent(int descriptor, std::string path, std::uint64_t number)
    : descriptor_(descriptor),
      path_(std::move(path)),
      number_(number),
      bytes_(0),
      is_claimed_(false) {}

FileContent::FileContent(int descriptor, std::string path, std::uint64_t number,
                         std::uint64_t bytes, ChunkSums sums)
    : descriptor_(descriptor),
      path_(std::move(path)),
      number_(number),
      bytes_(bytes),
      sums_(std::move(sums)),
      is_claimed_(true) {}

FileContent::~FileContent() {
    if (!is_claimed_) ::unlink((path_ + std::string(unfinished_suffix)).c_str());
    ::close(descriptor_);
}

base::Result<std::string> FileContent::read(std::uint64_t offset, std::size_t bytes_max) const {
    if (offset >= bytes_) return std::string();
    const std::uint64_t end = offset + std::min<std::uint64_t>(bytes_max, bytes_ - offset);
    if (sums_.is_empty()) {
        return read_range(descriptor_, offset, static_cast<std::size_t>(end - offset), path_);
    }
    // Only whole chunks have a checksum.
    constexpr std::uint64_t chunk = ChunkSums::chunk_bytes;
    const std::uint64_t first = offset / chunk * chunk;
    const std::uint64_t last = std::min((end + chunk - 1) / chunk * chunk, bytes_);
    auto bytes = read_range(descriptor_, first, static_cast<std::size_t>(last - first), path_);
    if (!bytes) return bytes;
    for (std::uint64_t at = first; at < last; at += chunk) {
        const auto piece = std::string_view(*bytes).substr(static_cast<std::size_t>(at - first),
                                                           static_cast<std::size_t>(chunk));
        if (sums_.matches(at / chunk, piece)) continue;
        return base::fail(base::Fault::data, path_ + " is damaged in the 64 KiB from octet " +
                                                 std::to_string(at) + " on");
    }
    if (first == offset && last == end) return bytes;
    return bytes->substr(static_cast<std::size_t>(offset - first),
                         static_cast<std::size_t>(end - offset));
}

base::Result<void> FileContent::put(std::string_view bytes, std::uint64_t offset) const {
    while (!bytes.empty()) {
        const ssize_t put =
            ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (put < 0 && errno == EINTR) continue;
        if (put < 0) return base::fail_errno(fault_of_write(errno), "cannot write " + path_);
        offset += static_cast<std::uint64_t>(put);
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
}

base::Result<void> FileContent::write(std::string_view bytes) {
    if (auto done = put(bytes, bytes_); !done) return done;
    bytes_ += bytes.size();
    sums_.add(bytes);
    return {};
}

base::Result<void> FileContent::seal(queue::QueueId id, std::string envelope,
                                     std::string states) const {
    const std::string trailer = pack_trailer({.id = id,
                                              .content_bytes = bytes_,
                                              .sums = sums_,
                                              .envelope = std::move(envelope),
                                              .states = std::move(states)});
    if (auto done = put(trailer, bytes_); !done) return done;
    if (::fdatasync(descriptor_) != 0) {
        return base::fail_errno(base::Fault::io, "cannot sync " + path_);
    }
    const std::string unfinished = path_ + std::string(unfinished_suffix);
    if (::rename(unfinished.c_str(), path_.c_str()) != 0) {
        return base::fail_errno(fault_of_write(errno), "cannot rename " + unfinished);
    }
    return {};
}

base::Result<void> FileContent::keep(queue::QueueId id, std::string envelope,
                                     std::string states) const {
    auto sealed = seal(id, std::move(envelope), std::move(states));
    if (!sealed) is_claimed_ = false;
    return sealed;
}

}  // namespace turnaway::spool
