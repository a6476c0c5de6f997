#include "smtp/reply.h"

#include "base/limits.h"
#include "base/text.h"

namespace turnaway::smtp {

namespace limits = base::limits;

namespace {

// The longest prefix of at most `bytes_max` bytes that does not end inside a UTF-8 sequence.
std::string_view cut_at_character(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) return text;
    while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xc0) == 0x80)
        --bytes_max;
    return text.substr(0, bytes_max);
}

// The enhanced code at the start of a line's text, if its class agrees with the reply code.
std::optional<codes::EnhancedCode> leading_enhanced_code(std::string_view text,
                                                         codes::ReplyCode code) {
    const auto enhanced = codes::EnhancedCode::parse(text.substr(0, text.find(' ')));
    return enhanced && enhanced->agrees_with(code) ? enhanced : std::nullopt;
}

}  // namespace

void append_reply_line(const ReplyLine& line, std::string* out) {
    const std::size_t start = out->size();
    out->append(line.code.text());
    out->push_back(line.is_last ? ' ' : '-');
    if (line.enhanced) {
        out->append(line.enhanced->text());
        out->push_back(' ');
    }
    const std::size_t head_bytes = out->size() - start;
    const std::size_t text_bytes_max = limits::reply_line_bytes_max - 2 - head_bytes;
    for (char c : cut_at_character(line.text, text_bytes_max)) {
        out->push_back(base::is_control(c) ? '?' : c);
    }
    out->append("\r\n");
}

std::string Reply::text() const {
    std::string all;
    for (const std::string& line : lines) {
        if (!all.empty()) all.push_back(' ');
        all.append(line);
    }
    return all;
}

std::string_view describe(ReplyReader::Error error) {
    switch (error) {
        case ReplyReader::Error::not_a_reply:
            return "the line does not start with a reply code";
        case ReplyReader::Error::too_long:
            return "the reply is longer than anything sensible";
    }
    return "";
}

// True when the reply is complete. Both `250 text` and `250` end a reply; `250-text` and `250-`
// continue it.
std::expected<bool, ReplyReader::Error> ReplyReader::take_line(std::string_view line) {
    const auto code = codes::ReplyCode::parse(line.substr(0, 3));
    if (!code) return std::unexpected(Error::not_a_reply);
    const char mark = line.size() > 3 ? line[3] : ' ';
    if (mark != ' ' && mark != '-' && mark != '\t') return std::unexpected(Error::not_a_reply);
    const std::string_view text = line.size() > 4 ? line.substr(4) : std::string_view();
    if (!reply_) {
        reply_.emplace(Reply{.code = *code, .enhanced = {}, .lines = {}});
    } else if (reply_->code != *code) {
        reply_->codes_differ = true;
        reply_->enhanced.reset();
        reply_->code = *code;
    }
    if (!reply_->enhanced) reply_->enhanced = leading_enhanced_code(text, *code);
    const std::size_t room = limits::reply_bytes_max - kept_bytes_;
    if (reply_->lines.size() < limits::reply_lines_max && room > 1) {
        reply_->lines.emplace_back(text.substr(0, room - 1));
        kept_bytes_ += reply_->lines.back().size() + 1;
    }
    return mark != '-';
}

std::expected<ReplyReader::Step, ReplyReader::Error> ReplyReader::next(std::string_view bytes) {
    Step step;
    while (step.consumed < bytes.size()) {
        const std::string_view rest = bytes.substr(step.consumed);
        const std::size_t end = rest.find('\n');
        const std::size_t take = end == std::string_view::npos ? rest.size() : end + 1;
        reply_bytes_ += take;
        if (reply_bytes_ > limits::reply_bytes_read_max ||
            partial_.size() + take > limits::reply_bytes_max) {
            return std::unexpected(Error::too_long);
        }
        partial_.append(rest.substr(0, take));
        step.consumed += take;
        if (end == std::string_view::npos) break;

        std::string_view line = partial_;
        line.remove_suffix(1);
        if (line.ends_with('\r')) line.remove_suffix(1);
        const auto is_complete = take_line(line);
        if (!is_complete) return std::unexpected(is_complete.error());
        partial_.clear();
        if (*is_complete) {
            step.reply = std::move(reply_);
            reply_.reset();
            reply_bytes_ = 0;
            kept_bytes_ = 0;
            break;
        }
    }
    return step;
}

}  // namespace turnaway::smtp
