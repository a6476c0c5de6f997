// JsonWriter: appends one JSON object to a string, member by member, without a tree of values.
//
// For commands that write many objects; others use json_line.h. The caller writes each name once.
// Values are safe for a terminal, bytes that are not UTF-8 become U+FFFD (base/printable.h). Names
// are written as they are: one that is not from the program itself needs append_json_text first.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <system_error>

#include "base/printable.h"

namespace turnaway::cli {

class JsonWriter {
  public:
    explicit JsonWriter(std::string& out) : out_(out) { out_ += '{'; }

    void text(std::string_view name, std::string_view value) {
        begin_member(name);
        base::append_json_string(out_, value);
    }
    // An empty text is null.
    void text_or_null(std::string_view name, std::string_view value) {
        if (value.empty()) return null(name);
        text(name, value);
    }
    void null(std::string_view name) {
        begin_member(name);
        out_ += "null";
    }
    void number(std::string_view name, int value) {
        begin_member(name);
        out_ += std::to_string(value);
    }
    void boolean(std::string_view name, bool value) {
        begin_member(name);
        out_ += value ? "true" : "false";
    }
    void begin_object(std::string_view name) {
        begin_member(name);
        out_ += '{';
        is_first_ = true;
    }
    // Of the object that was begun last, or of the whole.
    void end_object() {
        out_ += '}';
        is_first_ = false;
    }

    void begin_array(std::string_view name) {
        begin_member(name);
        out_ += '[';
        is_first_ = true;
    }
    // An object in an array; end_object() ends it.
    void begin_element() {
        if (!is_first_) out_ += ',';
        out_ += '{';
        is_first_ = true;
    }
    void end_array() {
        out_ += ']';
        is_first_ = false;
    }
    // Seconds, to the hundredth.
    void seconds(std::string_view name, double value) {
        begin_member(name);
        std::array<char, 32> digits{};
        const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(),
                                                std::round(value * 100) / 100);
        out_.append(digits.data(), error == std::errc() ? end : digits.data());
    }

  private:
    void begin_member(std::string_view name) {
        out_ += is_first_ ? std::string_view("\"") : std::string_view(",\"");
        is_first_ = false;
        out_ += name;
        out_ += "\":";
    }

    std::string& out_;
    bool is_first_ = true;
};

}  // namespace turnaway::cli
