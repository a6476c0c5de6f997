// MemoryContent: the content of a message in a string: small ones from the spool, and the relay's
// own reports.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "spool/spool.h"

namespace turnaway::spool {

class MemoryContent final : public Content {
  public:
    explicit MemoryContent(std::string bytes) : bytes_(std::move(bytes)) {}
    std::uint64_t size() const override { return bytes_.size(); }
    [[nodiscard]] base::Result<std::string> read(std::uint64_t offset,
                                                 std::size_t bytes_max) const override {
        if (offset >= bytes_.size()) return std::string();
        return bytes_.substr(static_cast<std::size_t>(offset), bytes_max);
    }
    std::string_view in_memory() const override { return bytes_; }

  private:
    std::string bytes_;
};

}  // namespace turnaway::spool
