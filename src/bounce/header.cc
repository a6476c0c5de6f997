#include "bounce/header.h"

#include <algorithm>

#include "base/byte_set.h"
#include "base/text.h"
#include "bounce/lines.h"

namespace turnaway::bounce {

namespace {

constexpr std::size_t name_bytes_max = 80;
// RFC 5322 section 2.2: what is printable, without the colon.
constexpr base::ByteSet name_bytes(
    "!\"#$%&'()*+,-./"
    "0123456789;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

constexpr base::ByteSet blanks(" \t");

bool is_line_end(char c) {
    return c == '\r' || c == '\n';
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), base::to_lower);
    return out;
}

}  // namespace

std::string_view field_name(std::string_view line) {
    const std::size_t limit = std::min(line.size(), name_bytes_max);
    const std::size_t end = name_bytes.skip(line.substr(0, limit));
    std::size_t colon = end;
    while (colon < limit && base::is_space(line[colon])) ++colon;
    const bool is_name = end > 0 && colon < limit && line[colon] == ':';
    return is_name ? line.substr(0, end) : std::string_view();
}

Header::Header(std::string_view text) {
    Lines lines(text);
    std::string_view line;
    while (lines.next(line)) add_line(text, line);
}

void Header::add_line(std::string_view text, std::string_view line) {
    if (line.empty() || is_full_) return;
    if (base::is_space(line.front())) {
        if (fields_.empty()) return;
        std::string_view& value = fields_.back().value;
        const auto begin = static_cast<std::size_t>(value.data() - text.data());
        const auto end = static_cast<std::size_t>(line.data() - text.data()) + line.size();
        value = text.substr(begin, end - begin);
        return;
    }
    const std::string_view name = field_name(line);
    if (name.empty()) return;
    is_full_ = fields_.size() == fields_max;
    if (is_full_) return;
    if (fields_.empty()) fields_.reserve(usual_fields);
    std::size_t colon = name.size();
    while (line[colon] != ':') ++colon;
    fields_.push_back({name, line.substr(colon + 1)});
}

const Field* Header::find(std::string_view name) const {
    const auto found = std::ranges::find_if(
        fields_, [&](const Field& field) { return base::equal_no_case(field.name, name); });
    return found == fields_.end() ? nullptr : &*found;
}

std::string Header::value(std::string_view name) const {
    const Field* field = find(name);
    return field == nullptr ? std::string() : unfolded(field->value);
}

Entity split_entity(std::string_view text) {
    while (!text.empty() && is_line_end(text.front())) text.remove_prefix(1);
    if (text.starts_with("From ") || text.starts_with(">From ")) {
        Lines first(text);
        std::string_view line;
        first.next(line);
        text = first.rest();
    }
    Lines lines(text);
    std::string_view line;
    std::string_view before = text;
    Entity entity;
    for (bool is_first = true; lines.next(line); is_first = false) {
        if (is_first && field_name(line).empty()) break;
        if (line.empty()) {
            entity.header = text.substr(0, text.size() - before.size());
            entity.body = lines.rest();
            return entity;
        }
        entity.fields.add_line(text, line);
        before = lines.rest();
    }
    const bool has_header = !entity.fields.fields().empty();
    (has_header ? entity.header : entity.body) = text;
    return entity;
}

std::string unfolded(std::string_view value) {
    // One without folds.
    if (!value.contains('\n') && !value.contains('\r')) return std::string(base::trim(value));
    std::string out;
    out.reserve(value.size());
    for (std::size_t at = 0; at < value.size(); ++at) {
        const std::size_t begin = at;
        while (at < value.size() && !is_line_end(value[at])) ++at;
        out += value.substr(begin, at - begin);
        if (at == value.size()) break;
        while (at + 1 < value.size() &&
               (is_line_end(value[at + 1]) || base::is_space(value[at + 1])))
            ++at;
        while (!out.empty() && base::is_space(out.back())) out.pop_back();
        out += ' ';
    }
    while (!out.empty() && base::is_space(out.back())) out.pop_back();
    out.erase(0, blanks.skip(out));
    return out;
}

std::string media_type(std::string_view content_type) {
    return lower(base::trim(content_type.substr(0, content_type.find_first_of("; \t"))));
}

std::string parameter(std::string_view field, std::string_view name) {
    std::size_t at = field.find(';');
    while (at != std::string_view::npos) {
        const std::string_view rest = base::trim(field.substr(at + 1));
        const std::size_t equals = rest.find('=');
        if (equals == std::string_view::npos) return {};
        const bool is_wanted = base::equal_no_case(base::trim(rest.substr(0, equals)), name);
        const std::string_view value = base::trim(rest.substr(equals + 1));
        const bool is_quoted = value.starts_with('"');
        const std::size_t end = is_quoted ? value.find('"', 1) : value.find_first_of("; \t");
        if (is_wanted)
            return std::string(is_quoted
                                   ? value.substr(1, end == std::string_view::npos ? end : end - 1)
                                   : value.substr(0, end));
        if (end == std::string_view::npos) return {};
        const std::size_t next = value.find(';', end);
        if (next == std::string_view::npos) return {};
        at = static_cast<std::size_t>(value.data() - field.data()) + next;
    }
    return {};
}

}  // namespace turnaway::bounce
