#include "cli/diagnose/message_stream.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "bounce/byte_pair.h"
#include "bounce/header.h"
#include "bounce/log/line_reader.h"

namespace turnaway::cli {

namespace {

constexpr std::size_t recognised_bytes = 4096;
constexpr std::size_t separator_bytes_max = 500;

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_year(std::string_view word) {
    return (word.starts_with("19") || word.starts_with("20")) && word.size() == 4 &&
           std::ranges::all_of(word, base::is_digit);
}
// "2019-10-02".
bool is_date(std::string_view word) {
    return word.size() == 10 && is_year(word.substr(0, 4)) && word[4] == '-' && word[7] == '-';
}

// "From bob@example.org Mon Nov 30 10:00:00 2026": after the sender come a month, a time and a
// year, in the order of RFC 4155 or another.
bool is_separator(std::string_view line) {
    if (!line.starts_with("From ")) return false;
    line = line.substr(0, std::min(line.find_first_of("\r\n"), separator_bytes_max));
    bool has_month = false, has_time = false, has_year = false;
    while (!line.empty()) {
        const std::string_view word = line.substr(0, line.find(' '));
        line.remove_prefix(std::min(word.size() + 1, line.size()));
        has_month = has_month || is_date(word) || std::ranges::find(months, word) != months.end();
        has_year = has_year || is_date(word) || is_year(word);
        has_time = has_time || (word.size() >= 4 && word.contains(':') &&
                                base::is_digit(word.front()) && base::is_digit(word.back()));
    }
    return has_month && has_time && has_year;
}

bool is_after_empty_line(std::string_view text, std::size_t line_end) {
    if (line_end > 0 && text[line_end - 1] == '\r') --line_end;
    return line_end == 0 || text[line_end - 1] == '\n';
}

}  // namespace

InputForm form_of(std::string_view beginning) {
    beginning.remove_prefix(std::min(beginning.find_first_not_of("\r\n"), beginning.size()));
    const std::string_view line = beginning.substr(0, beginning.find_first_of("\r\n"));
    if (is_separator(line)) return InputForm::mbox;
    if (bounce::is_log(beginning)) return InputForm::log;
    const bool is_message = !bounce::field_name(line).empty() && beginning.size() > line.size();
    return is_message ? InputForm::message : InputForm::replies;
}

void MessageStream::take(std::string_view bytes) {
    if (form_ == InputForm::log) return logged_(bytes);
    const std::size_t before = pending_.size();
    if (pending_.size() < message_bytes_max || form_ != InputForm::message) pending_ += bytes;
    if (form_ == InputForm::recognise) {
        if (pending_.size() < recognised_bytes) return;
        form_ = form_of(std::string_view(pending_).substr(0, recognised_bytes));
        return cut(0);
    }
    cut(before);
}

// Emits what is complete. What came before `from` was looked at already.
void MessageStream::cut(std::size_t from) {
    if (form_ == InputForm::mbox) take_mbox(from);
    if (form_ == InputForm::replies) take_replies(false);
    if (form_ == InputForm::log) {
        logged_(pending_);
        pending_.clear();
    }
}

void MessageStream::finish() {
    if (form_ == InputForm::recognise) {
        form_ = form_of(std::string_view(pending_).substr(0, recognised_bytes));
        cut(0);
    }
    if (form_ == InputForm::replies) {
        take_replies(true);
    } else if (form_ != InputForm::log && !pending_.empty()) {
        emit(pending_);
    }
    pending_.clear();
}

void MessageStream::take_mbox(std::size_t from) {
    constexpr std::size_t line_bytes_max = separator_bytes_max + 1;
    std::size_t begin = 0;
    // A separator can lie across two pieces, as long as its line may be.
    const auto next = [this](std::size_t after) {
        return bounce::find_pair(pending_, '\n', 'F', after);
    };
    std::size_t at = next(from > line_bytes_max ? from - line_bytes_max : 0);
    while (at != std::string::npos) {
        const std::string_view line = std::string_view(pending_).substr(at + 1);
        if (is_after_empty_line(pending_, at) && is_separator(line)) {
            emit(std::string_view(pending_).substr(begin, at + 1 - begin));
            begin = at + 1;
        }
        at = next(at + 1);
    }
    pending_.erase(0, begin);
    pending_.resize(std::min(pending_.size(), message_bytes_max));
}

void MessageStream::take_replies(bool is_end) {
    const auto found = [this](std::string_view reply) { emit(reply); };
    std::string_view rest = pending_;
    for (std::size_t end = rest.find('\n');
         end != std::string_view::npos || (is_end && !rest.empty()); end = rest.find('\n')) {
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        if (line.ends_with('\r')) line.remove_suffix(1);
        replies_.take_line(line, found);
    }
    if (is_end) replies_.finish(found);
    pending_.erase(0, pending_.size() - rest.size());
    pending_.resize(std::min(pending_.size(), ReplyStream::line_bytes_max));
}

void MessageStream::emit(std::string_view text) {
    const bool is_blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (!is_blank) found_(text.substr(0, message_bytes_max), form_, ++number_);
}

}  // namespace turnaway::cli
