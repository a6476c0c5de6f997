// Invariants of a log line, for any fields and any size of buffer:
// - it stays inside its buffer, ends in a newline and has no other control character; it is UTF-8
//   (requirement 56);
// - as JSON it is one object: strings closed, escapes known, braces and brackets paired.
// Input: buffer size, then for each field a byte that says its kind and length, then its text.
#include "base/log_line.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/text.h"
#include "fuzz/input.h"

namespace {

namespace base = turnaway::base;
using base::LogLine;

void add_field(turnaway::fuzz::Input* input, LogLine* line) {
    const std::uint8_t kind = input->byte();
    const auto text = [&] { return input->text(input->byte() % 64); };
    switch (kind % 5) {
        case 0:
        case 1:
            return line->add("text", text());
        case 2:
            return line->add("number", std::uint64_t{kind} << (kind % 56));
        case 3:
            return line->add("flag", kind > 127);
        default:
            line->begin_list("list");
            for (int items = kind / 32; items > 0; --items) line->add_item(text());
            line->end_list();
    }
}

// A small reader of what the writer may write: enough to see that nothing got loose.
class JsonChecker {
  public:
    explicit JsonChecker(std::string_view text) : rest_(text) {}
    void object() {
        take('{');
        if (!is_next('}')) {
            do {
                string();
                take(':');
                value();
            } while (skip(','));
        }
        take('}');
        TURNAWAY_CHECK(rest_ == "\n");
    }

  private:
    bool is_next(char c) const { return rest_.starts_with(c); }
    bool skip(char c) {
        if (!is_next(c)) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void take(char c) { TURNAWAY_CHECK(skip(c)); }
    void value() {
        if (is_next('"')) return string();
        if (skip('[')) {
            if (skip(']')) return;
            do string();
            while (skip(','));
            return take(']');
        }
        for (const std::string_view word : {"true", "false"}) {
            if (rest_.starts_with(word)) return rest_.remove_prefix(word.size());
        }
        TURNAWAY_CHECK(!rest_.empty() && base::is_digit(rest_.front()));
        rest_.remove_prefix(rest_.find_first_not_of("0123456789"));
    }
    void string() {
        take('"');
        while (!skip('"')) {
            TURNAWAY_CHECK(!rest_.empty());
            if (!skip('\\')) {
                rest_.remove_prefix(1);
                continue;
            }
            if (skip('"') || skip('\\')) continue;
            take('u');
            TURNAWAY_CHECK(rest_.size() > 4);
            TURNAWAY_CHECK(rest_.substr(0, 4).find_first_not_of("0123456789abcdef") ==
                           std::string_view::npos);
            rest_.remove_prefix(4);
        }
    }
    std::string_view rest_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const auto format : {base::LogFormat::json, base::LogFormat::text}) {
        turnaway::fuzz::Input input(data, size);
        std::vector<char> buffer(64 + std::size_t{input.byte()} * 8);
        LogLine line(buffer, format, "fuzz");
        line.add_time(std::int64_t{input.byte()} * 1'000'000'000'000'000);
        while (!input.is_empty()) add_field(&input, &line);
        const std::string_view text = line.finish();
        TURNAWAY_CHECK(text.data() == buffer.data() && text.size() <= buffer.size());
        TURNAWAY_CHECK(text.ends_with('\n') && base::is_utf8(text));
        TURNAWAY_CHECK(std::ranges::count_if(text, base::is_control) == 1);
        if (format == base::LogFormat::json) JsonChecker(text).object();
    }
    return 0;
}
