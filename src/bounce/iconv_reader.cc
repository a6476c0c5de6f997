#include "bounce/iconv_reader.h"

#include <cstddef>

namespace turnaway::bounce {

namespace {

const iconv_t unknown = reinterpret_cast<iconv_t>(-1);  // NOLINT(performance-no-int-to-ptr): POSIX
constexpr std::size_t failed = static_cast<std::size_t>(-1);

}  // namespace

IconvReader::~IconvReader() {
    for (const auto& [name, converter] : converters_) {
        if (converter != unknown) ::iconv_close(converter);
    }
}

iconv_t IconvReader::converter_of(const std::string& charset) {
    const auto known = converters_.find(charset);
    if (known != converters_.end()) return known->second;
    if (converters_.size() == open_max) return unknown;
    return converters_[charset] = ::iconv_open("UTF-8", charset.c_str());
}

std::optional<std::string> IconvReader::read(std::string_view charset, std::string_view bytes) {
    const iconv_t converter = converter_of(std::string(charset));
    if (converter == unknown) return std::nullopt;
    ::iconv(converter, nullptr, nullptr, nullptr, nullptr);
    std::string out(bytes.size() * 4 + 16, '\0');
    std::string copy(bytes);  // iconv takes a pointer to bytes that it does not change
    char* in = copy.data();
    std::size_t in_left = copy.size();
    char* to = out.data();
    std::size_t to_left = out.size();
    while (in_left > 0 && ::iconv(converter, &in, &in_left, &to, &to_left) == failed) {
        if (in_left == 0 || to_left < 8) break;
        ++in;
        --in_left;
        *to++ = '?';
        --to_left;
    }
    out.resize(out.size() - to_left);
    return out;
}

}  // namespace turnaway::bounce
