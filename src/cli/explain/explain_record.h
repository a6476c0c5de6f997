// ExplainRecord: one ReplyInterpretation written as a page for a person, as one line, or as JSON.
//
// The line and the JSON form are for streams of millions of lines: the part that depends only on
// the codes and the recognised cause is formatted once and kept (RecordWriter), at most
// kept_records_max of them, so memory stays bounded. Output is UTF-8 without control characters
// except LF.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cli/common/colours.h"
#include "codes/interpretation.h"

namespace turnaway::cli {

// The page: the answer in the first line, then its basis. Ends in LF.
void append_page(std::string& out, const codes::ReplyInterpretation& interpretation,
                 const Colours& colours);

enum class RecordForm : std::uint8_t { line, json };

class RecordWriter {
  public:
    explicit RecordWriter(RecordForm form) : form_(form) {}
    // One line for an interpretation. `input` is the text read; the JSON form repeats it.
    void append(std::string& out, std::string_view input,
                const codes::ReplyInterpretation& interpretation);
    void append_fault(std::string& out, std::string_view input, codes::ReadFault fault);

  private:
    // Everything in an interpretation that its record depends on, as numbers.
    using Key = std::array<std::uint64_t, 3>;
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };
    static Key key_of(const codes::ReplyInterpretation& interpretation);

    static constexpr std::size_t kept_records_max = 8192;
    RecordForm form_;
    std::unordered_map<Key, std::string, KeyHash> kept_;
};

}  // namespace turnaway::cli
