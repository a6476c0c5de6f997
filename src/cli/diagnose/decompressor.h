// Decompressor: the bytes of a file that may be compressed with gzip or zstd, recognised by its
// first bytes; several compressed parts one after the other are one file.
//
// Output comes in pieces of at most piece_bytes, so what a small file expands to never has to fit
// into memory; zstd may use a window of window_bytes_max. Damaged or truncated data is an error
// after what came before it. RFC 1952, RFC 8878.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace turnaway::cli {

class Decompressor {
  public:
    static constexpr std::size_t piece_bytes = std::size_t{256} * 1024;
    static constexpr int window_log_max = 27;  // 128 MiB, the default of zstd
    // Returns false to stop.
    using Take = std::function<bool(std::string_view)>;

    Decompressor();
    ~Decompressor();
    Decompressor(const Decompressor&) = delete;
    Decompressor& operator=(const Decompressor&) = delete;

    // The next bytes of the file. False: `take` wants no more.
    [[nodiscard]] base::Result<bool> add(std::string_view bytes, const Take& take);
    // The file has ended.
    [[nodiscard]] base::Result<bool> finish(const Take& take);

  private:
    enum class Form : std::uint8_t { unknown, plain, gzip, zstd };
    struct State;  // of the two libraries

    [[nodiscard]] base::Result<bool> expand(std::string_view bytes, const Take& take);
    [[nodiscard]] base::Result<bool> expand_gzip(std::string_view bytes, const Take& take);
    [[nodiscard]] base::Result<bool> expand_zstd(std::string_view bytes, const Take& take);

    Form form_ = Form::unknown;
    std::string first_;  // until the form is known
    bool is_inside_ = false;
    std::unique_ptr<State> state_;
};

}  // namespace turnaway::cli
