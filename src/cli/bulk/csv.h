// CSV as in RFC 4180: reading, record by record from pieces of any size, and writing.
//
// Accepted: LF or CRLF, quoted cells with commas, quotes and line ends in them, no line end after
// the last record. Refused, with the line: a quote inside a bare cell, anything between a closing
// quote and the next comma, a quote that never closes, a lone carriage return, NUL (not text), a
// record longer than allowed. The delimiter is a comma unless another character is given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace turnaway::cli {

enum class CsvFault : std::uint8_t {
    none,
    quote_in_cell,
    text_after_quote,
    open_quote,
    bare_return,
    binary,
    too_long,
};
// "a quote inside a cell that does not begin with one": the fault, and what was expected.
std::string_view describe(CsvFault fault);

class CsvReader {
  public:
    enum class Event : std::uint8_t { record, more, fault };

    explicit CsvReader(std::size_t record_bytes_max, char delimiter = ',')
        : record_bytes_max_(record_bytes_max), delimiter_(delimiter) {}

    // Removes bytes from the front of `input`, up to the end of one record at most. After `record`
    // the record can be read until the next call; after `fault` nothing more is removed.
    Event take(std::string_view& input);
    // The input has ended: `record` if the last one had no line end, `more` if there is none.
    Event finish();

    // Unchanged, without its line end.
    std::string_view raw() const { return raw_; }
    const std::vector<std::string>& cells() const { return cells_; }
    bool is_blank() const { return raw_.empty(); }
    // The first line of the record, or the line of the fault; from 1.
    std::size_t line() const { return line_; }
    CsvFault fault() const { return fault_; }

  private:
    enum class Place : std::uint8_t { cell_begin, bare, quoted, after_quote, after_return };

    void begin_record();
    bool take_byte(char c);  // true at the end of a record
    void take_in_bare(char c);
    void take_after_quote(char c);
    void end_cell();
    void stop(CsvFault fault);

    std::size_t record_bytes_max_;
    char delimiter_;
    Place place_ = Place::cell_begin;
    CsvFault fault_ = CsvFault::none;
    bool is_ended_ = true;  // the previous record is complete, the next begins with the next byte
    std::size_t line_ = 1;
    std::size_t next_line_ = 1;
    std::string raw_;
    std::string cell_;
    std::vector<std::string> cells_;
};

// With quotes if necessary.
void append_csv_cell(std::string& out, std::string_view cell, char delimiter = ',');

}  // namespace turnaway::cli
