#include "cli/common/page_entry.h"

#include <fmt/format.h>

namespace turnaway::cli {
namespace {

constexpr std::size_t label_columns = 12;

}  // namespace

void append_entry(std::string& out, const Colours& colours, std::string_view label,
                  std::string_view text) {
    out += fmt::format("  {}{:<{}}{}", colours.label, label, label_columns, colours.off);
    const std::size_t width = page_columns - label_columns - 2;
    while (text.size() > width) {
        auto blank = text.rfind(' ', width);
        if (blank == std::string_view::npos) blank = text.find(' ');
        if (blank == std::string_view::npos) break;
        out += text.substr(0, blank);
        out += fmt::format("\n{:{}}", "", label_columns + 2);
        text.remove_prefix(blank + 1);
    }
    out += text;
    out += '\n';
}

}  // namespace turnaway::cli
