#include "bounce/header.h"

#include <algorithm>

#include "base/text.h"
#include "bounce/lines.h"

namespace turnaway::bounce {

namespace {

constexpr std::size_t name_bytes_max = 80;

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
    const std::size_t colon = line.substr(0, name_bytes_max).find(':');
    if (colon == std::string_view::npos || colon == 0) return {};
    const std::string_view name = base::trim(line.substr(0, colon));
    const auto is_name_char = [](char c) { return c > ' ' && c < 0x7f; };
    return !base::is_space(line.front()) && std::ranges::all_of(name, is_name_char)
               ? name
               : std::string_view();
}

Header::Header(std::string_view text) {
    Lines lines(text);
    std::string_view line;
    while (lines.next(line)) {
        if (line.empty()) continue;
        if (base::is_space(line.front())) {
            if (fields_.empty()) continue;
            Field& last = fields_.back();
            const auto begin = static_cast<std::size_t>(last.value.data() - text.data());
            const auto end = static_cast<std::size_t>(line.data() - text.data()) + line.size();
            last.value = text.substr(begin, end - begin);
            continue;
        }
        const std::string_view name = field_name(line);
        if (name.empty()) continue;
        if (fields_.size() == fields_max) return;
        fields_.push_back({name, line.substr(line.find(':') + 1)});
    }
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
    for (bool is_first = true; lines.next(line); is_first = false) {
        if (is_first && field_name(line).empty()) return {{}, text};
        if (line.empty()) return {text.substr(0, text.size() - before.size()), lines.rest()};
        before = lines.rest();
    }
    return {text, {}};
}

std::string unfolded(std::string_view value) {
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
    return std::string(base::trim(out));
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
