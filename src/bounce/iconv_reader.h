// IconvReader: the character sets that bounce/charset does not read itself, through iconv of the C
// library.
//
// Opened converters are kept. Bytes that do not belong to the character set become "?". For one
// thread.
#pragma once

#include <iconv.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace turnaway::bounce {

class IconvReader {
  public:
    IconvReader() = default;
    IconvReader(const IconvReader&) = delete;
    IconvReader& operator=(const IconvReader&) = delete;
    ~IconvReader();

    // In UTF-8; nothing if the character set is not known.
    std::optional<std::string> read(std::string_view charset, std::string_view bytes);

  private:
    static constexpr std::size_t open_max = 32;
    iconv_t converter_of(const std::string& charset);
    std::map<std::string, iconv_t> converters_;
};

}  // namespace turnaway::bounce
