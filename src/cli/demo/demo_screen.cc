#include "cli/demo/demo_screen.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "cli/common/fitted_text.h"
#include "cli/common/terminal.h"

namespace turnaway::cli {
namespace {

constexpr std::size_t columns_else = 80;
constexpr std::size_t columns_min = 40;
constexpr std::size_t lines_min = 14;  // on a narrow terminal the table takes two lines per case

bool has_room() {
    const auto size = terminal_size();
    return can_move_cursor() && size && size->lines >= lines_min && size->columns >= columns_min;
}

}  // namespace

DemoScreen::DemoScreen() : has_foot_(has_room()) {}

DemoScreen::~DemoScreen() {
    set_foot({});
}

std::size_t DemoScreen::columns() {
    const auto size = terminal_size();
    return size ? std::max(size->columns, columns_min) : columns_else;
}

void DemoScreen::print(std::string_view text) {
    write(without_foot() + std::string(text) + foot_text());
}

void DemoScreen::set_foot(std::vector<std::string> lines) {
    if (!has_foot_ || (lines.empty() && foot_.empty())) return;
    const std::string away = without_foot();
    foot_ = std::move(lines);
    write(away + foot_text());
}

void DemoScreen::write_foot_anew() {
    if (!foot_.empty()) write('\n' + foot_text());
}

// Moves to the first line of the foot and clears everything below.
std::string DemoScreen::without_foot() const {
    if (foot_.empty()) return {};
    std::size_t lines = 0;
    for (const auto& each : foot_) {
        lines += std::max<std::size_t>(1, (columns_of(each) + columns() - 1) / columns());
    }
    const std::string up = lines > 1 ? fmt::format("\x1b[{}A", lines - 1) : "";
    return '\r' + up + "\x1b[J";
}

// The cursor stays in its last line.
std::string DemoScreen::foot_text() const {
    std::string text;
    for (const auto& each : foot_) text += (text.empty() ? "" : "\n") + each;
    return text;
}

void DemoScreen::write(std::string_view text) {
    while (is_open_ && !text.empty()) {
        const ssize_t taken = ::write(STDOUT_FILENO, text.data(), text.size());
        if (taken < 0 && errno == EINTR) continue;
        if (taken < 0) {
            is_open_ = false;
            if (errno != EPIPE) fault_ = std::string("cannot write: ") + std::strerror(errno);
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(taken));
    }
}

}  // namespace turnaway::cli
