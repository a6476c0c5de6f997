#include "park/page/html_text.h"

#include <cstddef>

#include "base/printable.h"

namespace turnaway::park {
namespace {

constexpr std::size_t shown_bytes_max = 8192;

}  // namespace

void append_html(std::string& out, std::string_view text) {
    std::string shown;
    base::append_printable(shown, text, shown_bytes_max);
    for (const char octet : shown) {
        switch (octet) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\'':
                out += "&#39;";
                break;
            default:
                out += octet;
        }
    }
}

std::string html(std::string_view text) {
    std::string out;
    append_html(out, text);
    return out;
}

}  // namespace turnaway::park
