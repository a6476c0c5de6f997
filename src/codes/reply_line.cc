#include "codes/reply_line.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.h"
#include "codes/bare_code.h"
#include "codes/log_line.h"
#include "codes/table.h"

namespace turnaway::codes {

namespace {

constexpr auto npos = std::string_view::npos;

constexpr char at_or_space(std::string_view text, std::size_t at) {
    return at < text.size() ? text[at] : ' ';
}

// The reply code at `at`: three digits that are not part of a longer word or number.
std::optional<ReplyCode> reply_at(std::string_view text, std::size_t at) {
    const auto code = ReplyCode::parse(text.substr(at, 3));
    if (!code) return std::nullopt;
    const char next = at_or_space(text, at + 3);
    if (base::is_alnum(next) || next == '_' || next == '@' || next == '%') return std::nullopt;
    const char after = at_or_space(text, at + 4);
    if (next == '.' && base::is_digit(after)) return std::nullopt;
    return code;
}

struct EnhancedAt {
    EnhancedCode code;
    std::size_t end;
    bool has_leading_zero = false;
};

// "5.01.1" as 5.1.1. Only where an enhanced code is expected: elsewhere it may be a date.
std::optional<EnhancedCode> parse_with_zeros(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const bool begins_part = at > 0 && text[at - 1] == '.';
        const bool goes_on = at + 1 < text.size() && base::is_digit(text[at + 1]);
        const bool is_leading = text[at] == '0' && goes_on && (begins_part || plain.ends_with('.'));
        if (!is_leading) plain += text[at];
    }
    return EnhancedCode::parse(plain);
}

// The enhanced code at `at`; not the head of an IP address or of a longer number.
std::optional<EnhancedAt> enhanced_at(std::string_view text, std::size_t at,
                                      bool may_have_zeros = false) {
    if (at_or_space(text, at + 1) != '.') return std::nullopt;
    const std::size_t limit = std::min(text.size(), at + 9);
    std::size_t end = at;
    int dots = 0;
    while (end < limit && (base::is_digit(text[end]) || (text[end] == '.' && dots < 2))) {
        dots += text[end] == '.' ? 1 : 0;
        ++end;
    }
    const char next = at_or_space(text, end);
    const char after = at_or_space(text, end + 1);
    if (base::is_alnum(next) || next == '@' || (next == '.' && base::is_digit(after))) {
        return std::nullopt;
    }
    const std::string_view written = text.substr(at, end - at);
    if (const auto code = EnhancedCode::parse(written)) return EnhancedAt{*code, end};
    if (!may_have_zeros || written.find(".0") == npos) return std::nullopt;
    if (const auto code = parse_with_zeros(written)) return EnhancedAt{*code, end, true};
    return std::nullopt;
}

// Between a reply code and its enhanced code: "550-5.1.1", "550 #5.1.1", "550 (5.1.1)", "550:
// [5.1.1]".
std::size_t skip_between_codes(std::string_view text, std::size_t at) {
    constexpr std::size_t between_bytes_max = 8;
    const std::size_t limit = std::min(text.size(), at + between_bytes_max);
    constexpr std::string_view between = " \t-#([:,;<>/";
    while (at < limit && between.find(text[at]) != npos) ++at;
    return at;
}

// The text after the codes.
std::string_view text_after(std::string_view line, std::size_t at) {
    constexpr std::string_view around = " \t\r\n:;,-#)]>";
    const auto begin = line.find_first_not_of(around, at);
    return begin == npos ? std::string_view{} : line.substr(begin);
}

constexpr std::size_t leading_decoration(std::string_view line) {
    constexpr auto is_bullet_byte = [] {
        constexpr std::string_view bullets = " \t\r\n\v\f>|*\"'`<([#\xe2\x80\xa2";
        std::array<bool, 256> bytes{};
        for (const char c : bullets) bytes[static_cast<unsigned char>(c)] = true;
        return bytes;
    }();
    std::size_t first = 0;
    while (first < line.size() && is_bullet_byte[static_cast<unsigned char>(line[first])]) ++first;
    if (first == line.size()) return first;
    if (line[first] != '-') return first;
    const bool is_bullet = at_or_space(line, first + 1) == ' ';
    return std::min(line.size(), first + (is_bullet ? 2 : 1));
}

// The position of the codes in a line, and the certainty that they are codes.
struct Found {
    int certainty = 0;  // 0: nothing found
    std::size_t begin = 0;
    std::size_t end = 0;
    std::optional<ReplyCode> reply;
    std::optional<EnhancedCode> enhanced;
    bool has_leading_zero = false;
};
constexpr int certainty_of_pair = 4;
constexpr int certainty_of_marked = 3;
constexpr int certainty_of_enhanced = 2;
constexpr int certainty_of_number = 1;

Found with_enhanced_behind(std::string_view line, std::size_t at, ReplyCode reply, int certainty) {
    Found found{certainty, at, at + 3, reply, std::nullopt, false};
    if (const auto enhanced = enhanced_at(line, skip_between_codes(line, at + 3), true)) {
        found.certainty = std::max(certainty, certainty_of_pair);
        found.enhanced = enhanced->code;
        found.end = enhanced->end;
        found.has_leading_zero = enhanced->has_leading_zero;
    }
    return found;
}

constexpr bool ends_with_word(std::string_view text, std::string_view word) {
    if (text.size() < word.size()) return false;
    const std::size_t at = text.size() - word.size();
    return base::equal_no_case(text.substr(at), word) && (at == 0 || !base::is_alnum(text[at - 1]));
}

// Words and punctuation after which a number is a reply code: "smtp; 550", "said: 550", "error
// 550".
bool is_marked(std::string_view before) {
    const char last = before.empty() ? ' ' : before.back();
    if (last == ';' || last == '<' || last == '#') return true;
    if (last == '=' || last == '(') before.remove_suffix(1);
    before = base::trim(before);
    if (before.empty()) return last != '(';
    if (before.back() == ':' || before.back() == ';' || before.back() == '<') return last == ' ';
    constexpr std::array<std::string_view, 11> words{"error", "code",     "reply",    "status",
                                                     "smtp",  "response", "returned", "said",
                                                     "got",   "replied",  "answered"};
    return std::ranges::any_of(words, [&](auto word) { return ends_with_word(before, word); });
}

// Words before a number that make it a version or a section: "Exim 4.94.2", "RFC 2821 4.1.3".
bool is_version(std::string_view before) {
    before = base::trim(before);
    std::string_view number = before;
    while (!number.empty() && base::is_digit(number.back())) number.remove_suffix(1);
    if (number.size() != before.size() && ends_with_word(base::trim(number), "rfc")) return true;
    constexpr std::array<std::string_view, 9> words{
        "postfix", "exim", "version", "v", "opensmtpd", "haraka", "sendmail", "release", "section"};
    return std::ranges::any_of(words, [&](auto word) { return ends_with_word(before, word); });
}

Found candidate_at(std::string_view line, std::size_t at) {
    const std::string_view before = line.substr(0, at);
    const char last = at == 0 ? ' ' : line[at - 1];
    if (base::is_alnum(last) || last == '.' || last == '-' || last == '_' || last == '@') return {};
    // A short view of the preceding text is enough for every marker, and keeps the whole scan
    // linear.
    const std::string_view near =
        before.substr(before.size() - std::min<std::size_t>(before.size(), 16));
    if (const auto reply = reply_at(line, at)) {
        if (last == '[' || last == '/') return {};
        if (last == '=' && !is_marked(near)) return {};
        const bool is_quoted = (last == '"' || last == '\'') && at_or_space(line, at + 3) != last;
        if (is_quoted || is_marked(near))
            return with_enhanced_behind(line, at, *reply, certainty_of_marked);
        const ReplyRow* row = find(*reply);
        const bool is_failure = reply->is_temporary() || reply->is_permanent();
        const bool known = row != nullptr && row->about.standing == Standing::standard;
        if (!is_failure || !known) return with_enhanced_behind(line, at, *reply, 0);
        return with_enhanced_behind(line, at, *reply, certainty_of_number);
    }
    const auto enhanced = enhanced_at(line, at, at == 0);
    if (!enhanced || find_subject(enhanced->code.detail().subject) == nullptr || is_version(near)) {
        return {};
    }
    return {certainty_of_enhanced,     at, enhanced->end, std::nullopt, enhanced->code,
            enhanced->has_leading_zero};
}

// The most certain code of a line; the first of equals.
Found find_codes(std::string_view line) {
    const std::size_t start = leading_decoration(line);
    if (const auto reply = reply_at(line, start)) {
        return with_enhanced_behind(line, start, *reply, certainty_of_pair);
    }
    Found best;
    for (std::size_t at = start; at < line.size() && best.certainty < certainty_of_pair; ++at) {
        if (line[at] < '2' || line[at] > '5') continue;
        const Found found = candidate_at(line, at);
        if (found.certainty > best.certainty) best = found;
    }
    return best;
}

// "550 No account by that name (#5.1.5)": an enhanced code further on, of the reply's own class.
std::optional<EnhancedCode> enhanced_in_text(std::string_view text, ReplyCode reply) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != static_cast<char>('0' + reply.first_digit())) continue;
        const Found found = candidate_at(text, at);
        if (found.enhanced && !found.reply) return found.enhanced;
    }
    return std::nullopt;
}

struct StageWord {
    std::string_view word;
    Stage stage;
};
constexpr std::array<StageWord, 9> stage_words{{
    {"ehlo", Stage::ehlo},
    {"helo", Stage::ehlo},
    {"mail", Stage::mail},
    {"rcpt", Stage::rcpt},
    {"end of data", Stage::final_dot},
    {"data", Stage::data},
    {"starttls", Stage::starttls},
    {"auth", Stage::auth},
    {"initial", Stage::greeting},
}};

// Like rfind, which compares at every octet: that took a tenth of the time for a line.
std::size_t find_last(std::string_view text, std::string_view part) {
    if (text.empty()) return npos;  // memrchr may not be given the null pointer of an empty view
    for (std::size_t end = text.size();;) {
        const void* const found = ::memrchr(text.data(), part.front(), end);
        if (found == nullptr) return npos;
        end = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
        if (text.substr(end).starts_with(part)) return end;
    }
}

// The stage named right after the last `lead` in `text`: "(in reply to RCPT TO command)".
Stage stage_after(std::string_view text, std::string_view lead) {
    const auto at = find_last(text, lead);
    if (at == npos) return Stage::unknown;
    text.remove_prefix(at + lead.size());
    constexpr std::string_view pipelined = "pipelined ";
    if (text.starts_with(pipelined)) text.remove_prefix(pipelined.size());
    for (const auto& [word, stage] : stage_words) {
        if (base::starts_with_no_case(text, word)) return stage;
    }
    return Stage::unknown;
}

// Mail logs name the stage shortly before the code ("after RCPT TO:<...>:") or at the end of the
// line.
Stage find_stage(std::string_view before, std::string_view text) {
    constexpr std::size_t near_bytes = 160;
    const auto head = before.substr(before.size() - std::min(before.size(), near_bytes));
    const auto tail = text.substr(text.size() - std::min(text.size(), near_bytes));
    if (const auto stage = stage_after(tail, "(in reply to "); stage != Stage::unknown)
        return stage;
    if (head.find("refused to talk to me") != npos) return Stage::greeting;
    return stage_after(head, "after ");
}

// Appends a further line of a reply without its code, and records codes that differ from the first.
void append_line(std::string_view line, std::string& joined, ReplyReading& first, bool& has_first) {
    const std::size_t start = leading_decoration(line);
    if (!joined.empty()) joined += ' ';
    const auto reply = reply_at(line, start);
    if (!reply) {
        joined += line;
        return;
    }
    const Found found = with_enhanced_behind(line, start, *reply, certainty_of_pair);
    if (!has_first) {
        has_first = true;
        first.reply = found.reply;
        first.enhanced = found.enhanced;
        joined += line.substr(start);
        return;
    }
    if (*reply != *first.reply && !first.other_reply) first.other_reply = reply;
    if (found.enhanced && first.enhanced && *found.enhanced != *first.enhanced &&
        !first.other_enhanced) {
        first.other_enhanced = found.enhanced;
    }
    joined += text_after(line, found.end);
}

// A log may contain all lines of a reply in one: "550-5.1.1 one 550 5.1.1 two". Removes the
// repeated codes from the text, so that sentences are whole again; false when there are none.
bool drop_repeated_codes(std::string_view text, const Found& first, std::string& joined) {
    const std::string code = first.reply->text();
    std::size_t copied = 0;
    for (auto at = text.find(code); at != npos; at = text.find(code, at + 3)) {
        const bool stands_alone = at > 0 && base::is_space(text[at - 1]) && reply_at(text, at);
        if (!stands_alone) continue;
        if (copied == 0) joined.clear();
        joined += text.substr(copied, at - copied);
        const Found again = with_enhanced_behind(text, at, *first.reply, certainty_of_pair);
        copied = again.end + (again.enhanced || at_or_space(text, again.end) == '-' ? 1 : 0);
        copied = std::min(copied, text.size());
    }
    if (copied == 0) return false;
    joined += text.substr(copied);
    return true;
}

}  // namespace

std::optional<ReplyCode> leading_code(std::string_view line) {
    return reply_at(line, leading_decoration(line));
}

LineShape shape_of(std::string_view line) {
    const std::size_t start = leading_decoration(line);
    if (!reply_at(line, start)) return LineShape::no_code;
    return at_or_space(line, start + 3) == '-' ? LineShape::continued : LineShape::last;
}

std::expected<ReplyReading, ReadFault> ReplyReader::read(std::string_view lines) {
    const std::string_view core = strip_decoration(lines);
    if (core.empty()) return std::unexpected(ReadFault::empty);
    if (looks_like_bare_code(core)) return read_bare_code(core);

    ReplyReading reading;
    std::string_view line = unwrap(lines, unwrapped_);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    const bool is_joined = line.find('\n') != npos;
    if (is_joined) {
        joined_.clear();
        bool has_first = false;
        for (std::string_view rest = line; !rest.empty();) {
            const auto end = std::min(rest.find('\n'), rest.size());
            std::string_view one = rest.substr(0, end);
            if (one.ends_with('\r')) one.remove_suffix(1);
            append_line(base::trim(one), joined_, reading, has_first);
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
        line = joined_;
    }
    const Found found = find_codes(line);
    if (found.certainty == 0) return std::unexpected(ReadFault::no_code);
    reading.reply = found.reply;
    reading.enhanced = found.enhanced;
    reading.has_leading_zero = found.has_leading_zero;
    reading.before = line.substr(0, found.begin);
    reading.text = text_after(line, found.end);
    const bool goes_on = found.reply && at_or_space(line, found.begin + 3) == '-';
    if (goes_on && line.data() != joined_.data()) {
        if (drop_repeated_codes(reading.text, found, joined_)) reading.text = joined_;
    }
    if (reading.reply && !reading.enhanced) {
        reading.enhanced = enhanced_in_text(reading.text, *reading.reply);
    }
    if (reading.reply) reading.reply_first_digit = reading.reply->first_digit();
    reading.stage = find_stage(reading.before, reading.text);
    reading.text = without_log_tail(reading.text, reading.before);
    reading.words_come_first = is_joined || reading.text.find_first_not_of(" .)/'\"") == npos;
    return reading;
}

ReplyReading ReplyReader::read_words(std::string_view lines) {
    ReplyReading reading;
    if (const auto* row = find_sample_text(base::trim(lines))) {
        reading.pattern = CodePattern{0, row->detail.subject, row->detail.detail};
        return reading;
    }
    reading.is_words_only = true;
    reading.text = without_log_head(unwrap(lines, unwrapped_));
    return reading;
}

}  // namespace turnaway::codes
