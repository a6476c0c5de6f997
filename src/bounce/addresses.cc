#include "bounce/addresses.h"

#include <algorithm>
#include <array>

#include "base/text.h"
#include "mail/xtext.h"

namespace turnaway::bounce {

namespace {

// Longer parts are not addresses; this also bounds the search to the left.
constexpr std::size_t local_bytes_max = 320;
constexpr std::size_t domain_bytes_max = 255;

constexpr auto local_chars = [] {
    std::array<bool, 256> chars{};
    for (std::size_t i = 0; i < chars.size(); ++i)
        chars[i] = i >= 0x80 || base::is_alnum(static_cast<char>(i));
    for (const char c : std::string_view("!#$%&'*+-/=?^_`{|}~."))
        chars[static_cast<unsigned char>(c)] = true;
    return chars;
}();
bool is_local(char c) {
    return local_chars[static_cast<unsigned char>(c)];
}
bool is_domain(char c) {
    return base::is_alnum(c) || c == '-' || c == '.' || c == '_' || !base::is_ascii(c);
}

// Where the character that ends before `end` begins, in UTF-8.
std::size_t character_begin(std::string_view text, std::size_t end) {
    std::size_t begin = end - 1;
    while (begin > 0 && end - begin < 4 && (static_cast<unsigned char>(text[begin]) & 0xC0) == 0x80)
        --begin;
    return begin;
}
// A character of a script that is written without spaces: three bytes or more.
bool is_wide(char c) {
    return static_cast<unsigned char>(c) >= 0xE2;
}
// "（", "、", "：" and the like.
bool is_wide_punctuation(std::string_view text) {
    return text.starts_with("\xE3\x80") || text.starts_with("\xEF\xBC") ||
           text.starts_with("\xEF\xBD");
}

std::size_t local_begin(std::string_view text, std::size_t at) {
    const std::size_t limit = at > local_bytes_max ? at - local_bytes_max : 0;
    std::size_t begin = at;
    if (at > limit && text[at - 1] == '"') {
        for (std::size_t i = at - 1; i > limit; --i) {
            if (text[i - 1] == '"' && (i < 2 || text[i - 2] != '\\')) return i - 1;
            if (text[i - 1] == '\n') break;
        }
        return at;
    }
    // "宛先bob@example.jpは": a word of the text ends where the letters of the address begin.
    const bool may_be_wide = at > limit && is_wide(text[character_begin(text, at)]);
    while (begin > limit && is_local(text[begin - 1])) {
        const std::size_t next = character_begin(text, begin);
        const bool ends =
            is_wide(text[next]) && (!may_be_wide || is_wide_punctuation(text.substr(next)));
        if (next < limit || ends) break;
        begin = next;
    }
    while (begin < at && (text[begin] == '\'' || text[begin] == '`')) ++begin;
    return begin;
}

std::size_t domain_end(std::string_view text, std::size_t at) {
    const std::size_t limit = std::min(text.size(), at + 1 + domain_bytes_max);
    std::size_t end = at + 1;
    if (end < limit && text[end] == '[') {
        const std::size_t close = text.substr(0, limit).find(']', end);
        return close == std::string_view::npos ? at : close + 1;
    }
    for (; end < limit && is_domain(text[end]); ++end) {
        if (!is_wide(text[end])) continue;
        const bool begins_label = end == at + 1 || text[end - 1] == '.';
        const bool continues = !base::is_ascii(text[end - 1]);
        if (is_wide_punctuation(text.substr(end)) || (!begins_label && !continues)) break;
    }
    while (end > at + 1 && (text[end - 1] == '.' || text[end - 1] == '-' || text[end - 1] == '_'))
        --end;
    return end;
}

}  // namespace

std::optional<FoundAddress> find_address(std::string_view text, std::size_t from) {
    for (std::size_t at = text.find('@', from); at != std::string_view::npos;
         at = text.find('@', at + 1)) {
        std::size_t begin = std::max(local_begin(text, at), from);
        std::size_t end = domain_end(text, at);
        if (begin >= at || end <= at + 1) continue;
        const std::string_view address = text.substr(begin, end - begin);
        if (begin > 0 && text[begin - 1] == '<') --begin;
        if (end < text.size() && text[end] == '>') ++end;
        return FoundAddress{address, begin, end};
    }
    return std::nullopt;
}

std::string typed_address(std::string_view value) {
    const std::size_t semicolon = value.find(';');
    const std::string_view type =
        base::trim(value.substr(0, semicolon == std::string_view::npos ? 0 : semicolon));
    const bool has_type = !type.empty() && !type.contains('@') && !type.contains(' ');
    std::string_view text = base::trim(has_type ? value.substr(semicolon + 1) : value);
    if (base::equal_no_case(type, "utf-8") && text.contains("\\x{")) {
        if (auto decoded = mail::utf8_address_decode(text)) return *decoded;
    }
    if (const auto found = find_address(text)) return std::string(found->text);
    if (text.starts_with('<')) text.remove_prefix(1);
    return std::string(base::trim(text.substr(0, text.find('>'))));
}

std::string_view domain_of(std::string_view address) {
    const std::size_t at = address.rfind('@');
    return at == std::string_view::npos ? std::string_view() : address.substr(at + 1);
}

}  // namespace turnaway::bounce
