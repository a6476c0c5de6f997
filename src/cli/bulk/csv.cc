#include "cli/bulk/csv.h"

namespace turnaway::cli {

std::string_view describe(CsvFault fault) {
    switch (fault) {
        case CsvFault::none:
            return "nothing wrong";
        case CsvFault::quote_in_cell:
            return "a quote inside a cell that does not begin with one; a cell with quotes is "
                   "quoted as a whole, and each of its quotes doubled";
        case CsvFault::text_after_quote:
            return "text after a closing quote; a separator or the end of the line was expected";
        case CsvFault::open_quote:
            return "a quote that is never closed";
        case CsvFault::bare_return:
            return "a carriage return without a line feed; lines end in LF or CRLF";
        case CsvFault::binary:
            return "a NUL byte, so this is not text; UTF-8 was expected";
        case CsvFault::too_long:
            return "a row that is too long";
    }
    return "";
}

CsvReader::Event CsvReader::take(std::string_view& input) {
    if (fault_ != CsvFault::none) return Event::fault;
    while (!input.empty()) {
        if (is_ended_) begin_record();
        const char c = input.front();
        input.remove_prefix(1);
        const bool is_whole = take_byte(c);
        if (fault_ != CsvFault::none) return Event::fault;
        if (is_whole) return Event::record;
    }
    return Event::more;
}

CsvReader::Event CsvReader::finish() {
    if (fault_ == CsvFault::none && !is_ended_) {
        if (place_ == Place::quoted) stop(CsvFault::open_quote);
        if (place_ == Place::after_return) stop(CsvFault::bare_return);
    }
    if (fault_ != CsvFault::none) return Event::fault;
    if (is_ended_) return Event::more;
    end_cell();
    is_ended_ = true;
    return Event::record;
}

void CsvReader::begin_record() {
    is_ended_ = false;
    place_ = Place::cell_begin;
    line_ = next_line_;
    raw_.clear();
    cell_.clear();
    cells_.clear();
}

bool CsvReader::take_byte(char c) {
    if (c == '\n') ++next_line_;
    if (place_ != Place::quoted && c == '\n') {
        end_cell();
        is_ended_ = true;
        return true;
    }
    if (place_ == Place::after_return) {
        stop(CsvFault::bare_return);
        return false;
    }
    if (c == '\0') {
        stop(CsvFault::binary);
        return false;
    }
    if (c == '\r' && place_ != Place::quoted) {
        place_ = Place::after_return;
        return false;
    }
    if (raw_.size() == record_bytes_max_) {
        stop(CsvFault::too_long);
        return false;
    }
    raw_ += c;
    if (place_ == Place::quoted) {
        if (c == '"') {
            place_ = Place::after_quote;
        } else {
            cell_ += c;
        }
    } else if (place_ == Place::after_quote) {
        take_after_quote(c);
    } else {
        take_in_bare(c);
    }
    return false;
}

void CsvReader::take_in_bare(char c) {
    if (c == delimiter_) {
        end_cell();
    } else if (c == '"') {
        if (place_ == Place::bare) return stop(CsvFault::quote_in_cell);
        place_ = Place::quoted;
    } else {
        cell_ += c;
        place_ = Place::bare;
    }
}

void CsvReader::take_after_quote(char c) {
    if (c == '"') {  // a doubled quote
        cell_ += c;
        place_ = Place::quoted;
    } else if (c == delimiter_) {
        end_cell();
    } else {
        stop(CsvFault::text_after_quote);
    }
}

void CsvReader::end_cell() {
    cells_.push_back(cell_);
    cell_.clear();
    place_ = Place::cell_begin;
}

void CsvReader::stop(CsvFault fault) {
    fault_ = fault;
    // An open quote is reported with the first line of its record, other faults with their own
    // line.
    if (fault != CsvFault::open_quote) line_ = next_line_;
}

void append_csv_cell(std::string& out, std::string_view cell, char delimiter) {
    if (cell.find_first_of("\"\r\n") == std::string_view::npos && !cell.contains(delimiter)) {
        out += cell;
        return;
    }
    out += '"';
    for (const char c : cell) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

}  // namespace turnaway::cli
