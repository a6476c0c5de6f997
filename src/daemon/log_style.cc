#include "daemon/log_style.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>

#include "base/printable.h"

namespace turnaway::daemon {
namespace {

constexpr std::size_t words_bytes_max = 1000;
constexpr std::size_t name_bytes_max = 300;

std::string safe(std::string_view text, std::size_t bytes_max) {
    std::string out;
    base::append_printable(out, text, bytes_max);
    return out;
}

// `2026-11-24T12:00:00.007Z host `.
std::string line_head(const LogStyle& style, LogTime now) {
    if (!style.has_time) return {};
    const auto whole = std::chrono::floor<std::chrono::seconds>(now);
    const auto part = std::chrono::duration_cast<std::chrono::milliseconds>(now - whole);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z {} ",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(whole)), part.count(),
                       style.host);
}

}  // namespace

LogStyle log_style(std::string_view program, LogForm form, std::string_view host) {
    return {.form = form,
            .program = std::string(program),
            .process = static_cast<std::uint32_t>(::getpid()),
            .has_time = std::getenv("JOURNAL_STREAM") == nullptr,
            .host = std::string(host)};
}

std::string text_line(const LogStyle& style, LogTime now, std::string_view part,
                      std::string_view text) {
    std::string out = fmt::format("{}{}/{}[{}]: {}", line_head(style, now), style.program, part,
                                  style.process, text);
    // Escapes are up to four times as long as the bytes they represent.
    if (out.size() >= log_line_bytes_max) out.resize(log_line_bytes_max - 1);
    return out + '\n';
}

std::string log_words(std::string_view text) {
    return safe(text, words_bytes_max);
}

std::string log_word(std::string_view text) {
    std::string out;
    for (const char c : safe(text, name_bytes_max)) {
        if (c == '<' || c == '>' || c == ' ' || c == ',' || c == '[' || c == ']') {
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            out += c;
        }
    }
    return out;
}

}  // namespace turnaway::daemon
