// One log line, as JSON or as `key=value` text, built in a buffer the caller owns. No allocation.
//
// Text from a peer is data: control characters and bytes that are not UTF-8 never pass through
// unescaped (requirement 56). A line that does not fit is cut between fields and marked with
// `"cut":true`; it is always well-formed and ends in a newline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace turnaway::base {

enum class LogFormat : std::uint8_t { json, text, none };

class LogLine {
  public:
    // `buffer` must outlive the line and have at least 64 bytes. `event` is the kind of line.
    LogLine(std::span<char> buffer, LogFormat format, std::string_view event);

    // The wall clock as RFC 3339 in UTC with milliseconds. `nanoseconds` since 1970.
    void add_time(std::int64_t nanoseconds);
    void add(std::string_view key, std::string_view value);
    void add(std::string_view key, std::uint64_t value);
    void add(std::string_view key, bool value);

    // A list: begin, any number of items, end.
    void begin_list(std::string_view key);
    void add_item(std::string_view value);
    void end_list();

    // The finished line with its newline; call once, last.
    std::string_view finish();

  private:
    void begin_field(std::string_view key);
    void end_field();
    void put(std::string_view text);
    void put_value(std::string_view value);
    void put_escaped(std::string_view value);
    void put_number(std::uint64_t value);

    std::span<char> buffer_;
    LogFormat format_;
    std::size_t size_ = 0;
    std::size_t field_start_ = 0;  // where to cut back to when the field does not fit
    std::size_t items_ = 0;
    bool is_cut_ = false;
    bool overflowed_ = false;
    bool in_list_ = false;
};

}  // namespace turnaway::base
