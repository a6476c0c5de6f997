// InputFile: the bytes of a file, of standard input or of a text, without their compression, piece
// by piece.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace turnaway::cli {

struct InputFile {
    std::string path;            // "-" for standard input
    std::string beginning = {};  // bytes of it that somebody has read already
    bool is_whole = false;       // the beginning is all there is

    std::string name() const { return path == "-" ? "standard input" : path; }
};

// `take` returns false to stop. `read` gets the number of bytes that each read of the file gave,
// for the progress.
[[nodiscard]] base::Result<void> read_input(const InputFile& input,
                                            const std::function<bool(std::string_view)>& take,
                                            const std::function<void(std::size_t)>& read);

}  // namespace turnaway::cli
