// LogStream: the log of a mail server, as it comes in pieces: from bytes to the recipients whose
// delivery failed or was delayed.
//
// Bounded: of a line of more than line_bytes_max only the beginning is read. The end of a line is
// LF; a CR before it is dropped. A row of CSV ends where its quotes do (RFC 4180), after at most
// row_lines_max lines.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/line_splitter.h"
#include "bounce/log/line_reader.h"
#include "bounce/log/message_table.h"

namespace turnaway::bounce {

class LogStream {
  public:
    static constexpr std::size_t line_bytes_max = std::size_t{64} * 1024;
    static constexpr std::size_t row_lines_max = 64;

    LogStream(Program only, bool tells_each_attempt, MessageTable::Found found)
        : reader_(only), messages_(tells_each_attempt, std::move(found)) {}

    void take(std::string_view bytes);
    // A file has ended: its last line may have no line end.
    void end_file();
    // Nothing follows: what is still delayed is a result.
    void finish() { messages_.finish(); }

    std::size_t lines() const { return lines_; }

  private:
    void take_line(std::string_view line);
    void add_to_row(std::string_view line);
    void end_row();
    void read_line(std::string_view line);

    LineReader reader_;
    MessageTable messages_;
    DeliveryEvent event_;
    base::LineSplitter splitter_{line_bytes_max};
    std::size_t lines_ = 0;
    std::string row_;  // of CSV, while a quote is open
    std::size_t row_lines_ = 0;
};

}  // namespace turnaway::bounce
