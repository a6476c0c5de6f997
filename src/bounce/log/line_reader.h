// LineReader: a line of any log that is known, as a DeliveryEvent.
//
// The program is recognised for each line: by its name in the syslog frame, by the form of the
// line, or by the form of the message where nothing is before it. Lines of other programs cost no
// more than finding their name. Views in the event are valid until the next line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bounce/log/delivery_event.h"
#include "bounce/log/framed_line.h"
#include "bounce/log/log_readers.h"

namespace turnaway::bounce {

class LineReader {
  public:
    // Program::unknown: any of them.
    explicit LineReader(Program only = Program::unknown) : only_(only) {}

    // False if the line says nothing about a delivery.
    bool read(std::string_view line, DeliveryEvent& event);
    // Whether lines are rows of CSV: the file began with the names of its columns.
    bool is_table() const { return only_ == Program::powermta || !columns_.empty(); }

  private:
    bool read_framed(const FramedLine& line, DeliveryEvent& event);
    bool read_haraka_line(std::string_view message, DeliveryEvent& event);
    bool read_json(std::string_view line, DeliveryEvent& event);
    bool read_table(std::string_view line, DeliveryEvent& event);

    Program only_;
    std::string text_, id_, journal_;
    JsonMembers members_;
    std::vector<std::string> columns_, cells_;
};

// Whether a text that begins so is a log: most of its first lines have the form of one.
bool is_log(std::string_view beginning);

}  // namespace turnaway::bounce
