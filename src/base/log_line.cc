#include "base/log_line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstring>

#include "base/check.h"
#include "base/text.h"

namespace turnaway::base {

namespace {

// Kept free for the end of the line: `,"cut":true}` and a newline.
constexpr std::size_t tail_bytes = 16;
constexpr std::array<char, 16> hex{'0', '1', '2', '3', '4', '5', '6', '7',
                                   '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};

// Text values go without quotes only when they cannot be misread.
bool is_plain(std::string_view value) {
    return !value.empty() && std::ranges::all_of(value, [](char c) {
        return is_ascii(c) && !is_control(c) && c != ' ' && c != '"' && c != '\\' && c != '=' &&
               c != ',';
    });
}

}  // namespace

LogLine::LogLine(std::span<char> buffer, LogFormat format, std::string_view event)
    : buffer_(buffer), format_(format) {
    TURNAWAY_CHECK(buffer.size() >= 64);
    if (format_ == LogFormat::json) put("{");
    add("event", event);
}

void LogLine::put(std::string_view text) {
    if (overflowed_ || size_ + text.size() + tail_bytes > buffer_.size()) {
        overflowed_ = true;
        return;
    }
    std::memcpy(buffer_.data() + size_, text.data(), text.size());
    size_ += text.size();
}

void LogLine::begin_field(std::string_view key) {
    field_start_ = size_;
    overflowed_ = is_cut_;
    if (format_ == LogFormat::json) {
        put(size_ > 1 ? ",\"" : "\"");
        put(key);
        put("\":");
    } else {
        if (size_ > 0) put(" ");
        put(key);
        put("=");
    }
}

void LogLine::end_field() {
    if (!overflowed_) return;
    size_ = field_start_;
    is_cut_ = true;
}

void LogLine::put_escaped(std::string_view value) {
    while (!value.empty()) {
        const std::size_t length = utf8_sequence_bytes(value);
        const char c = value.front();
        // U+0080 to U+009F: a terminal may treat them like ESC and a letter.
        const bool is_upper_control =
            length == 2 && c == '\xc2' && static_cast<unsigned char>(value[1]) < 0xa0;
        if (length == 0 || is_control(c) || is_upper_control) {
            if (is_upper_control) value.remove_prefix(1);
            // In JSON, a byte that is not a character becomes \u00XX too, so that the reader sees
            // which byte it was.
            const auto byte = static_cast<unsigned char>(value.front());
            const std::array<char, 6> escape{'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
            put({escape.data(), escape.size()});
            value.remove_prefix(1);
            continue;
        }
        if (c == '"' || c == '\\') put("\\");
        put(value.substr(0, length));
        value.remove_prefix(length);
    }
}

void LogLine::put_value(std::string_view value) {
    if (format_ == LogFormat::text && is_plain(value)) return put(value);
    put("\"");
    put_escaped(value);
    put("\"");
}

void LogLine::put_number(std::uint64_t value) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    put({digits.data(), end});
}

void LogLine::add(std::string_view key, std::string_view value) {
    begin_field(key);
    put_value(value);
    end_field();
}

void LogLine::add(std::string_view key, std::uint64_t value) {
    begin_field(key);
    put_number(value);
    end_field();
}

void LogLine::add(std::string_view key, bool value) {
    begin_field(key);
    put(value ? "true" : "false");
    end_field();
}

// By arithmetic alone: the C library's calendar functions may open the time zone's file.
void LogLine::add_time(std::int64_t nanoseconds) {
    using namespace std::chrono;
    const sys_time<milliseconds> time(milliseconds(nanoseconds / 1'000'000));
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    std::array<char, 24> text{'0', '0', '0', '0', '-', '0', '0', '-', '0', '0', 'T', '0',
                              '0', ':', '0', '0', ':', '0', '0', '.', '0', '0', '0', 'Z'};
    const auto put_digits = [&text](std::size_t at, std::size_t digits, std::int64_t value) {
        for (; digits > 0; value /= 10) {
            text[at + --digits] = static_cast<char>('0' + value % 10);
        }
    };
    put_digits(0, 4, static_cast<int>(date.year()));
    put_digits(5, 2, static_cast<unsigned>(date.month()));
    put_digits(8, 2, static_cast<unsigned>(date.day()));
    put_digits(11, 2, clock.hours().count());
    put_digits(14, 2, clock.minutes().count());
    put_digits(17, 2, clock.seconds().count());
    put_digits(20, 3, clock.subseconds().count());
    add("time", std::string_view(text.data(), text.size()));
}

void LogLine::begin_list(std::string_view key) {
    begin_field(key);
    if (format_ == LogFormat::json) put("[");
    in_list_ = true;
    items_ = 0;
}

void LogLine::add_item(std::string_view value) {
    TURNAWAY_CHECK(in_list_);
    if (items_++ > 0) put(",");
    put_value(value);
}

void LogLine::end_list() {
    TURNAWAY_CHECK(in_list_);
    in_list_ = false;
    if (format_ == LogFormat::json) put("]");
    end_field();
}

std::string_view LogLine::finish() {
    TURNAWAY_CHECK(!in_list_);
    std::string_view end = format_ == LogFormat::json ? (is_cut_ ? ",\"cut\":true}\n" : "}\n")
                                                      : (is_cut_ ? " cut=true\n" : "\n");
    // Not even the first field fitted, so there is nothing to separate.
    if (is_cut_ && size_ <= (format_ == LogFormat::json ? 1 : 0)) end.remove_prefix(1);
    std::memcpy(buffer_.data() + size_, end.data(), end.size());
    size_ += end.size();
    return {buffer_.data(), size_};
}

}  // namespace turnaway::base
