// Header: the fields of a header or of a group of a delivery report, in any spelling seen in the
// wild.
//
// More tolerant than mail/header_fields, which reads messages that our own servers accepted: any
// line end, blanks before the colon, a line that is not a field. Views are into the text; at most
// fields_max fields are kept. RFC 5322 section 2.2, RFC 2045 section 5.1. Known gap: the split
// parameters of RFC 2231.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace turnaway::bounce {

struct Field {
    std::string_view name;
    std::string_view value;  // with its folds
};

class Header {
  public:
    static constexpr std::size_t fields_max = 500;

    Header() = default;
    // Empty lines are passed over.
    explicit Header(std::string_view text);
    // A line of `text` that begins a field, continues the last one, or is neither.
    void add_line(std::string_view text, std::string_view line);
    // The first field with this name, without case; null if there is none.
    const Field* find(std::string_view name) const;
    // Its value, unfolded and trimmed; empty if there is none.
    std::string value(std::string_view name) const;
    const std::vector<Field>& fields() const { return fields_; }

  private:
    static constexpr std::size_t usual_fields = 24;

    std::vector<Field> fields_;
    bool is_full_ = false;
};

// A header and what follows its empty line. A text that does not begin with a field has no header.
struct Entity {
    std::string_view header, body;
    Header fields = {};  // of the header
};
Entity split_entity(std::string_view text);

// The name of the field that a line begins; empty if it does not begin one.
std::string_view field_name(std::string_view line);

// Without line ends; the blanks at a fold become one space.
std::string unfolded(std::string_view value);

// The value before the first semicolon in lower case: "multipart/report".
std::string media_type(std::string_view content_type);
// The value of a parameter of an unfolded field, without quotes; empty if it is missing.
std::string parameter(std::string_view field, std::string_view name);

}  // namespace turnaway::bounce
