// Exim's main log, as it writes it itself or through syslog.
#include <algorithm>

#include "bounce/log/field_text.h"
#include "bounce/log/log_readers.h"

namespace turnaway::bounce {

namespace {

using Kind = DeliveryEvent::Kind;
constexpr auto npos = std::string_view::npos;

// "1xY4Xj-00004k-1R", and since Exim 4.97 "1tABCD-000000001Xy-0abc".
bool is_message_id(std::string_view word) {
    return (word.size() == 16 || word.size() == 23) && word[6] == '-' &&
           std::ranges::count(word, '-') == 2;
}

std::string_view take_word(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(word.size() + 1, text.size()));
    return word;
}

// "5s", "1m30s", "2d1h".
std::optional<double> duration_of(std::string_view text) {
    double total = 0, value = 0;
    bool has_digits = false;
    for (const char c : text) {
        if (base::is_digit(c)) {
            value = value * 10 + (c - '0');
            has_digits = true;
            continue;
        }
        if (c == '.') break;  // parts of a second
        const double unit = c == 's'   ? 1
                            : c == 'm' ? 60
                            : c == 'h' ? 3600
                            : c == 'd' ? 86400
                            : c == 'w' ? 604800
                                       : 0;
        total += value * unit;
        value = 0;
    }
    if (!has_digits) return std::nullopt;
    return total + value;
}

// "bob@example.org <alias@example.org> R=dnslookup T=remote_smtp H=mx [192.0.2.1]: words". The
// words begin after the first ": ", which no address literal contains.
void read_recipient(std::string_view rest, DeliveryEvent& event) {
    std::string_view address = take_word(rest);
    const bool has_words_only = address.ends_with(':');
    if (has_words_only) address.remove_suffix(1);
    event.recipients = address;
    std::string_view fields;
    if (has_words_only) {
        event.text = rest;
    } else {
        const std::size_t at = rest.find(": ");
        fields = rest.substr(0, at);
        if (at != npos) event.text = rest.substr(at + 2);
    }
    if (fields.starts_with('<')) {
        const std::string_view original = fields.substr(1, fields.find('>') - 1);
        if (original.contains('@') && !address.contains('@')) event.recipients = original;
        if (original != event.recipients) event.original_recipient = original;
    }
    event.remote = host_name(field_after(fields, " H=", " ["));
    event.delay = duration_of(field_after(fields, " QT=", " "));
}

}  // namespace

bool read_exim(std::string_view message, DeliveryEvent& event) {
    if (message.starts_with('[')) take_word(message);                      // the process
    if (message.size() > 20 && message[4] == '-' && message[10] == ' ') {  // through syslog
        event.time = message.substr(0, 19);
        message.remove_prefix(11);
        take_word(message);
    }
    if (message.size() < 20 || message[6] != '-') return false;
    event.id = take_word(message);
    if (!is_message_id(event.id)) return false;
    if (message == "Completed") {
        event.kind = Kind::ended;
        return true;
    }
    const std::string_view flag = take_word(message);
    if (flag == "<=") {
        const std::string_view sender = take_word(message);
        event.sender = sender == "<>" ? std::string_view() : sender;
        event.message_id = field_after(message, " id=", " ");
        event.kind = Kind::received;
        return true;
    }
    if (flag == "=>" || flag == "->" || flag == ">>") {
        event.kind = Kind::delivered;
    } else if (flag == "**") {
        event.kind = Kind::failed;
    } else if (flag == "==") {
        event.kind = Kind::delayed;
    } else {
        return false;
    }
    read_recipient(message, event);
    // Not an attempt: the queue was looked through before the time to retry.
    if (event.kind == Kind::delayed && event.text.starts_with("retry time not reached"))
        return false;
    if (event.kind == Kind::failed && event.text.contains("retry timeout exceeded"))
        event.kind = Kind::expired;
    return true;
}

}  // namespace turnaway::bounce
