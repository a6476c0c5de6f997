#include "bounce/session_stage.h"

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/text.h"
#include "bounce/lines.h"
#include "codes/reply_line.h"

namespace turnaway::bounce {

namespace {

using codes::Stage;

struct Cue {
    std::string_view text;
    Stage stage;
};
// In lower case; the first one in the text counts.
constexpr std::array cues{
    Cue{"in reply to rcpt", Stage::rcpt},
    Cue{"in reply to mail", Stage::mail},
    Cue{"in reply to end of data", Stage::final_dot},
    Cue{"in reply to data", Stage::data},
    Cue{"in reply to ehlo", Stage::ehlo},
    Cue{"in reply to helo", Stage::ehlo},
    Cue{"in response to rcpt", Stage::rcpt},
    Cue{"in response to mail", Stage::mail},
    Cue{"in response to end of data", Stage::final_dot},
    Cue{"in response to data", Stage::data},
    Cue{"sending rcpt", Stage::rcpt},
    Cue{"sending mail from", Stage::mail},
    Cue{"sending end of data", Stage::final_dot},
    Cue{"sending data command", Stage::data},
    Cue{"performing the ehlo", Stage::ehlo},
    Cue{"performing the helo", Stage::ehlo},
    Cue{"receiving the initial", Stage::greeting},
    Cue{"[rcpt_to]", Stage::rcpt},
    Cue{"[mail_from]", Stage::mail},
    Cue{"our rcpt", Stage::rcpt},
    Cue{"our mail", Stage::mail},
    Cue{"our final data", Stage::final_dot},
    Cue{"not like recipient", Stage::rcpt},
    Cue{"smtp:rcpt", Stage::rcpt},
    Cue{"(rcpt to)", Stage::rcpt},
    Cue{"(mail from)", Stage::mail},
    Cue{"(data)", Stage::data},
    Cue{"following rcpt", Stage::rcpt},
    Cue{"following mail", Stage::mail},
    Cue{"(state 13)", Stage::mail},
    Cue{"(state 14)", Stage::rcpt},
    Cue{"(state 15)", Stage::data},
    Cue{"(state 18)", Stage::final_dot},
    Cue{"for rcpt", Stage::rcpt},
    Cue{"for text command", Stage::final_dot},
    Cue{"was rcpt to response", Stage::rcpt},
    Cue{"after rcpt", Stage::rcpt},
    Cue{"after pipelined rcpt", Stage::rcpt},
    Cue{"after pipelined mail", Stage::mail},
    Cue{"after pipelined data", Stage::data},
    Cue{"after pipelined end", Stage::final_dot},
    Cue{"after ehlo", Stage::ehlo},
    Cue{"after helo", Stage::ehlo},
    Cue{"after data", Stage::data},
    Cue{"for mail from command", Stage::mail},
    Cue{"for data command", Stage::data},
    Cue{"for greeting", Stage::greeting},
    Cue{"during rcpt", Stage::rcpt},
    Cue{"during mail from", Stage::mail},
    Cue{"after mail", Stage::mail},
    Cue{"after end of data", Stage::final_dot},
    Cue{"after initial connection", Stage::greeting},
    Cue{"sender was rejected", Stage::mail},
    Cue{"failed after i sent the message", Stage::final_dot},
    Cue{"not accept message", Stage::final_dot},
    Cue{"refused to talk to me", Stage::greeting},
    Cue{"recipient address rejected", Stage::rcpt},
    Cue{"sender address rejected", Stage::rcpt},
    Cue{"rcpt to:", Stage::rcpt},
    Cue{"rcpt command", Stage::rcpt},
    Cue{"rcpt to command", Stage::rcpt},
    Cue{"rcpt failed", Stage::rcpt},
    Cue{"at rcpt", Stage::rcpt},
    Cue{"on rcpt", Stage::rcpt},
    Cue{"to rcpt", Stage::rcpt},
    Cue{"smtp rcpt", Stage::rcpt},
    Cue{"end of data", Stage::final_dot},
    Cue{"end-of-data", Stage::final_dot},
    Cue{"after content", Stage::final_dot},
    Cue{"after message body", Stage::final_dot},
    Cue{"at mail from", Stage::mail},
    Cue{"on mail from", Stage::mail},
    Cue{"mail from command", Stage::mail},
    Cue{"mail command", Stage::mail},
    Cue{"data command", Stage::data},
    Cue{"ehlo command", Stage::ehlo},
    Cue{"helo command", Stage::ehlo},
};
constexpr std::array commands{Cue{"rcpt", Stage::rcpt}, Cue{"mail", Stage::mail},
                              Cue{"data", Stage::data}, Cue{".", Stage::final_dot},
                              Cue{"ehlo", Stage::ehlo}, Cue{"helo", Stage::ehlo}};

// The low bits of two characters: the same for a letter in upper case.
constexpr std::size_t pair_of(char first, char second) {
    return static_cast<std::size_t>(first & 31) << 5 | static_cast<std::size_t>(second & 31);
}
// Most places in a text begin no cue: for each two characters the first cue that begins so, and for
// each cue the next one, both counted from 1.
struct CueIndex {
    std::array<std::uint8_t, 1024> first{};
    std::array<std::uint8_t, cues.size() + 1> next{};
};
constexpr auto cue_index = [] {
    CueIndex index;
    for (std::size_t i = cues.size(); i > 0; --i) {
        const std::string_view text = cues.at(i - 1).text;
        std::uint8_t& first = index.first.at(pair_of(text[0], text[1]));
        index.next.at(i) = first;
        first = static_cast<std::uint8_t>(i);
    }
    return index;
}();
constexpr auto is_in_word = [] {
    std::array<bool, 256> chars{};
    for (std::size_t i = 0; i < chars.size(); ++i) chars[i] = base::is_alnum(static_cast<char>(i));
    return chars;
}();

Stage stage_of_words(std::string_view line) {
    // Where a word begins, and between words; not directly after one.
    for (std::size_t at = 0; at + 1 < line.size(); ++at) {
        for (std::size_t i = cue_index.first[pair_of(line[at], line[at + 1])]; i != 0;
             i = cue_index.next[i]) {
            const Cue& cue = cues[i - 1];
            if (base::starts_with_no_case(line.substr(at), cue.text)) return cue.stage;
        }
        while (at < line.size() && is_in_word[static_cast<unsigned char>(line[at])]) ++at;
    }
    return Stage::unknown;
}

Stage stage_of_command(std::string_view command) {
    for (const Cue& known : commands) {
        if (base::starts_with_no_case(command, known.text)) return known.stage;
    }
    return Stage::unknown;
}

}  // namespace

Stage stage_of(std::string_view text) {
    Lines lines(text);
    std::string_view line;
    Stage sent = Stage::unknown;
    while (lines.next(line)) {
        line = base::trim(line);
        if (line.starts_with(">>> ")) {
            sent = stage_of_command(line.substr(4));
            continue;
        }
        const auto code = codes::leading_code(line);
        const bool is_refusal = code && (code->is_temporary() || code->is_permanent());
        if (is_refusal && sent != Stage::unknown) return sent;
        const Stage named = stage_of_words(line);
        if (named != Stage::unknown) return named;
    }
    return Stage::unknown;
}

}  // namespace turnaway::bounce
