// LostContent: the content of a message whose file is missing or cannot be opened. It has its size
// and the reason; the message itself exists, expires, and is reported.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "spool/spool.h"

namespace turnaway::spool {

class LostContent final : public Content {
  public:
    LostContent(std::uint64_t bytes, base::Error why) : bytes_(bytes), why_(std::move(why)) {}
    std::uint64_t size() const override { return bytes_; }
    [[nodiscard]] base::Result<std::string> read(std::uint64_t, std::size_t) const override {
        return std::unexpected(why_);
    }
    std::string_view in_memory() const override { return {}; }
    const base::Error* trouble() const override { return &why_; }

  private:
    std::uint64_t bytes_;
    base::Error why_;
};

}  // namespace turnaway::spool
