#include "cli/diagnose/message_stream.h"

#include <algorithm>

#include "bounce/header.h"

namespace turnaway::cli {

namespace {

constexpr std::size_t recognised_bytes = 1024;
constexpr std::string_view separator = "\nFrom ";
constexpr std::size_t reply_bytes_max = std::size_t{64} * 1024;

}  // namespace

void MessageStream::take(std::string_view bytes) {
    const std::size_t before = pending_.size();
    if (pending_.size() < message_bytes_max || form_ != InputForm::message) pending_ += bytes;
    if (form_ == InputForm::recognise) {
        if (pending_.size() < recognised_bytes) return;
        recognise();
        return cut(0);
    }
    cut(before);
}

// Emits what is complete. What came before `from` was looked at already.
void MessageStream::cut(std::size_t from) {
    if (form_ == InputForm::mbox) take_mbox(from);
    if (form_ == InputForm::replies) take_replies();
}

void MessageStream::finish() {
    if (form_ == InputForm::recognise) {
        recognise();
        cut(0);
    }
    if (!pending_.empty()) emit(pending_);
    pending_.clear();
}

void MessageStream::recognise() {
    std::string_view text = pending_;
    text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
    const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
    if (line.starts_with("From ")) {
        form_ = InputForm::mbox;
    } else if (!bounce::field_name(line).empty() && text.size() > line.size()) {
        form_ = InputForm::message;
    } else {
        form_ = InputForm::replies;
    }
}

void MessageStream::take_mbox(std::size_t from) {
    std::size_t begin = 0;
    std::size_t at =
        pending_.find(separator, from > separator.size() ? from - separator.size() : 0);
    while (at != std::string::npos) {
        emit(std::string_view(pending_).substr(begin, at + 1 - begin));
        begin = at + 1;
        at = pending_.find(separator, begin);
    }
    pending_.erase(0, begin);
    pending_.resize(std::min(pending_.size(), message_bytes_max));
}

void MessageStream::take_replies() {
    std::size_t begin = 0;
    for (std::size_t end = pending_.find('\n'); end != std::string::npos;
         end = pending_.find('\n', begin)) {
        emit(std::string_view(pending_).substr(begin, end - begin));
        begin = end + 1;
    }
    pending_.erase(0, begin);
    pending_.resize(std::min(pending_.size(), reply_bytes_max));
}

void MessageStream::emit(std::string_view text) {
    const bool is_blank = text.find_first_not_of(" \t\r\n") == std::string_view::npos;
    if (!is_blank) found_(text.substr(0, message_bytes_max), form_, ++number_);
}

}  // namespace turnaway::cli
