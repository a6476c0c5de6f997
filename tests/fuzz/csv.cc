// Invariants of reading CSV, for any bytes:
// - the pieces it comes in make no difference: byte by byte and all at once give the same records,
//   the same fault, at the same line;
// - what is read, written again, reads the same; no record is longer than allowed, none has NUL.
// Input: how long a record may be, then the CSV.
#include "cli/bulk/csv.h"

#include <algorithm>

#include "base/check.h"
#include "fuzz/input.h"

namespace {

using turnaway::cli::CsvFault;
using turnaway::cli::CsvReader;
using Cells = std::vector<std::string>;

struct Reading {
    std::vector<Cells> records;
    CsvFault fault = CsvFault::none;
    std::size_t line = 0;
    bool operator==(const Reading&) const = default;
};

Reading read(std::string_view text, std::size_t piece_bytes, std::size_t record_bytes_max) {
    CsvReader reader(record_bytes_max);
    Reading reading;
    auto event = CsvReader::Event::more;
    const auto keep = [&] {
        if (event == CsvReader::Event::record) {
            TURNAWAY_CHECK(reader.raw().size() <= record_bytes_max);
            TURNAWAY_CHECK(!reader.raw().contains('\0'));
            reading.records.push_back(reader.cells());
        }
        reading.fault = reader.fault();
        reading.line = reader.line();
        return event != CsvReader::Event::fault;
    };
    while (!text.empty()) {
        std::string_view piece = text.substr(0, piece_bytes);
        text.remove_prefix(piece.size());
        while (!piece.empty()) {
            event = reader.take(piece);
            if (!keep()) return reading;
        }
    }
    event = reader.finish();
    keep();
    return reading;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    turnaway::fuzz::Input input(data, size);
    const std::size_t record_bytes_max = 1 + std::size_t{input.byte()} * 4;
    const std::string_view text = input.text();
    const Reading whole = read(text, std::max<std::size_t>(text.size(), 1), record_bytes_max);
    TURNAWAY_CHECK(whole == read(text, 1, record_bytes_max));
    for (const Cells& cells : whole.records) {
        std::string written;
        for (const std::string& cell : cells) {
            if (&cell != &cells.front()) written += ',';
            turnaway::cli::append_csv_cell(written, cell);
        }
        const Reading again = read(written + '\n', 7, written.size() + 1);
        TURNAWAY_CHECK(again.records.size() == 1 && again.records[0] == cells);
    }
    return 0;
}
