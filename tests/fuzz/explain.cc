// Invariants, whatever the bytes:
// - reading a reply, judging it and writing it out never crashes;
// - page, line and JSON are UTF-8 without control characters but LF (and tab in the line form);
// - the line and the JSON form are one line each, and the JSON parses;
// - a retry is never "later" for a success, and there is always something to do;
// - the stream gives every byte to some reply and never more than its bounds.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/check.h"
#include "base/text.h"
#include "cli/explain/explain_record.h"
#include "cli/explain/reply_stream.h"

namespace {

using namespace turnaway;

void check_clean(std::string_view text, bool tabs) {
    TURNAWAY_CHECK(base::is_utf8(text));
    for (const char c : text) {
        TURNAWAY_CHECK(!base::is_control(c) || c == '\n' || (tabs && c == '\t'));
    }
}

void check_one_line(std::string_view text) {
    TURNAWAY_CHECK(text.find('\n') == text.size() - 1);
}

void explain(std::string_view reply, cli::RecordWriter& line, cli::RecordWriter& json) {
    codes::ReplyReader reader;
    const auto reading = reader.read(reply);
    std::string line_out, json_out, page;
    if (reading) {
        const codes::ReplyInterpretation disposition = codes::judge(*reading);
        TURNAWAY_CHECK(!disposition.advice.empty());
        TURNAWAY_CHECK(disposition.digit != 2 || disposition.retry == codes::Retry::no);
        cli::append_page(page, disposition, cli::no_colours);
        line.append(line_out, reply, disposition);
        json.append(json_out, reply, disposition);
    } else {
        line.append_fault(line_out, reply, reading.error());
        json.append_fault(json_out, reply, reading.error());
    }
    check_clean(page, false);
    check_clean(line_out, true);
    check_clean(json_out, false);
    check_one_line(line_out);
    check_one_line(json_out);
    const auto parsed = nlohmann::json::parse(json_out);
    TURNAWAY_CHECK(parsed.at("valid").get<bool>() == reading.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    cli::RecordWriter line(cli::RecordForm::line);
    cli::RecordWriter json(cli::RecordForm::json);
    for (const auto loose : {cli::LooseLines::own_reply, cli::LooseLines::part_of_reply}) {
        cli::ReplyStream stream(loose);
        const auto found = [&](std::string_view reply) {
            TURNAWAY_CHECK(reply.size() <= 2 * cli::ReplyStream::line_bytes_max);
            explain(reply, line, json);
        };
        for (std::size_t begin = 0; begin <= input.size();) {
            const auto end = std::min(input.find('\n', begin), input.size());
            stream.take_line(input.substr(begin, end - begin), found);
            begin = end + 1;
        }
        stream.finish(found);
    }
    explain(input, line, json);
    return 0;
}
