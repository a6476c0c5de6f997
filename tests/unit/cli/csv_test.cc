#include "cli/bulk/csv.h"

#include <gtest/gtest.h>

#include <optional>

namespace turnaway::cli {
namespace {

using namespace std::string_literals;
using Cells = std::vector<std::string>;
using Event = CsvReader::Event;

struct Reading {
    std::vector<Cells> records;
    std::vector<std::string> raw;
    std::vector<std::size_t> lines;
    CsvFault fault = CsvFault::none;
    std::size_t fault_line = 0;
};

Reading read(std::string_view text, std::size_t piece_bytes, std::size_t record_bytes_max = 100) {
    CsvReader reader(record_bytes_max);
    Reading reading;
    const auto keep = [&](Event event) {
        if (event == Event::record) {
            reading.records.push_back(reader.cells());
            reading.raw.emplace_back(reader.raw());
            reading.lines.push_back(reader.line());
        }
        if (event == Event::fault) {
            reading.fault = reader.fault();
            reading.fault_line = reader.line();
        }
        return event != Event::fault;
    };
    while (!text.empty()) {
        std::string_view piece = text.substr(0, piece_bytes);
        text.remove_prefix(piece.size());
        while (!piece.empty()) {
            if (!keep(reader.take(piece))) return reading;
        }
    }
    keep(reader.finish());
    return reading;
}

TEST(CsvTest, ReadsCellsWhateverThePieces) {
    const std::string text = "a,b\r\n\"x, \"\"y\"\"\",\n\"two\nlines\",z";
    for (std::size_t piece = 1; piece <= text.size(); ++piece) {
        const Reading reading = read(text, piece);
        EXPECT_EQ(reading.records,
                  (std::vector<Cells>{{"a", "b"}, {"x, \"y\"", ""}, {"two\nlines", "z"}}));
        EXPECT_EQ(reading.raw,
                  (std::vector<std::string>{"a,b", "\"x, \"\"y\"\"\",", "\"two\nlines\",z"}));
        EXPECT_EQ(reading.lines, (std::vector<std::size_t>{1, 2, 3}));
        EXPECT_EQ(reading.fault, CsvFault::none);
    }
}

TEST(CsvTest, NamesTheFaultAndItsLine) {
    struct Case {
        std::string text;
        CsvFault fault;
        std::size_t line;
    };
    for (const Case& each : {
             Case{"a\nb\"c\n", CsvFault::quote_in_cell, 2},
             Case{"a\n\"b\"c\n", CsvFault::text_after_quote, 2},
             Case{"a\n\"b\n\nc", CsvFault::open_quote, 2},
             Case{"a\rb\n", CsvFault::bare_return, 1},
             Case{"a\r", CsvFault::bare_return, 1},
             Case{"a\nb\0c\n"s, CsvFault::binary, 2},
             Case{"a\n\"b\0c\"\n"s, CsvFault::binary, 2},
             Case{"a\n" + std::string(101, 'x'), CsvFault::too_long, 2},
         }) {
        const Reading reading = read(each.text, 3);
        EXPECT_EQ(reading.fault, each.fault) << each.text;
        EXPECT_EQ(reading.fault_line, each.line) << each.text;
    }
    EXPECT_EQ(read("a\n" + std::string(100, 'x'), 3).records.size(), 2U);
}

TEST(CsvTest, ALineEndAtTheEndIsNoRecord) {
    EXPECT_EQ(read("a\n", 1).records.size(), 1U);
    EXPECT_EQ(read("", 1).records.size(), 0U);
    EXPECT_EQ(read("a\n\nb", 9).raw, (std::vector<std::string>{"a", "", "b"}));
    EXPECT_EQ(read("a,", 1).records.at(0), (Cells{"a", ""}));
}

TEST(CsvTest, WhatIsWrittenReadsTheSame) {
    const Cells cells{"plain", "a,b", "say \"x\"", "two\nlines", "", "cr\rin"};
    std::string text;
    for (const auto& cell : cells) {
        if (&cell != &cells.front()) text += ',';
        append_csv_cell(text, cell);
    }
    EXPECT_EQ(read(text, 4).records.at(0), cells);
}

}  // namespace
}  // namespace turnaway::cli
