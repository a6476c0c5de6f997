#include "bounce/parts.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "bounce/byte_pair.h"
#include "bounce/decoding.h"
#include "bounce/html_text.h"

namespace turnaway::bounce {

namespace {

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), base::to_lower);
    return text;
}

// What a part is, from its fields.
struct Kind {
    std::string type, encoding, charset, boundary;
};
Kind kind_of(const Header& header, std::string_view type_if_none) {
    Kind kind;
    const std::string field = header.value("Content-Type");
    kind.type = field.empty() ? std::string(type_if_none) : media_type(field);
    kind.charset = parameter(field, "charset");
    kind.encoding = lower(header.value("Content-Transfer-Encoding"));
    if (kind.type.starts_with("multipart/")) kind.boundary = parameter(field, "boundary");
    return kind;
}

// A line that begins with "--" and the boundary.
struct Delimiter {
    std::size_t begin, end;  // of the line, with the line end before it
    bool is_last;
};
std::optional<Delimiter> find_delimiter(std::string_view text, std::string_view boundary,
                                        std::size_t from) {
    while (from < text.size()) {
        const std::size_t at = find_pair(text, '-', '-', from);
        if (at == std::string_view::npos) return std::nullopt;
        const bool is_at_line = at == 0 || text[at - 1] == '\n' || text[at - 1] == '\r';
        if (!is_at_line || !text.substr(at + 2).starts_with(boundary)) {
            // A row of dashes is passed over at once.
            from = std::min(text.find_first_not_of('-', at), text.size());
            if (is_at_line || from == at) from = at + 2;
            continue;
        }
        std::size_t end = at + 2 + boundary.size();
        const bool is_last = text.substr(end).starts_with("--");
        end = std::min(text.find_first_of("\r\n", end), text.size());
        if (end < text.size()) end += text.substr(end).starts_with("\r\n") ? 2 : 1;
        std::size_t begin = at;
        if (begin > 0) --begin;
        if (begin > 0 && text[begin] == '\n' && text[begin - 1] == '\r') --begin;
        return Delimiter{begin, end, is_last};
    }
    return std::nullopt;
}

class Walk {
  public:
    void add(const Kind& kind, std::string_view content, std::size_t depth) {
        const bool is_open = !kind.boundary.empty() && depth < depth_max;
        if (is_open && add_children(kind, content, depth)) return;
        if (parts_.size() == parts_max) return;
        // A multipart that cannot be opened is read as text: its codes are still in it.
        const bool is_text = kind.type.starts_with("multipart/");
        parts_.push_back(
            {is_text ? "text/plain" : kind.type, kind.encoding, kind.charset, content});
    }
    std::vector<Part> take() { return std::move(parts_); }

  private:
    bool add_children(const Kind& kind, std::string_view content, std::size_t depth) {
        auto open = find_delimiter(content, kind.boundary, 0);
        if (!open) return false;
        const std::string_view preamble = content.substr(0, open->begin);
        while (open && !open->is_last && parts_.size() < parts_max) {
            const auto next = find_delimiter(content, kind.boundary, open->end);
            const std::size_t end = next ? std::max(next->begin, open->end) : content.size();
            add_entity(content.substr(open->end, end - open->end),
                       kind.type == "multipart/digest" ? "message/rfc822" : "text/plain",
                       depth + 1);
            open = next;
        }
        // Some gateways put the whole notice before the first part.
        if (parts_.empty()) parts_.push_back({"text/plain", {}, {}, preamble});
        return true;
    }
    void add_entity(std::string_view text, std::string_view type_if_none, std::size_t depth) {
        // A part without fields begins with its empty line.
        const bool has_no_header = text.starts_with('\n') || text.starts_with('\r');
        const Entity entity = has_no_header ? Entity{{}, text} : split_entity(text);
        add(kind_of(entity.fields, type_if_none), entity.body, depth);
    }

    std::vector<Part> parts_;
};

}  // namespace

std::vector<Part> parts_of(const Header& header, std::string_view body) {
    Walk walk;
    walk.add(kind_of(header, "text/plain"), body, 0);
    return walk.take();
}

std::string_view bytes_of(const Part& part, std::string& buffer) {
    if (part.encoding == "base64") {
        buffer = decode_base64(part.content.substr(0, text_bytes_max * 4 / 3));
        return buffer;
    }
    if (part.encoding == "quoted-printable") {
        buffer = decode_quoted_printable(part.content.substr(0, text_bytes_max * 3));
        return std::string_view(buffer).substr(0, text_bytes_max);
    }
    return part.content.substr(0, text_bytes_max);
}

std::string text_of(const Part& part, const CharsetReader& others) {
    std::string buffer;
    std::string text = to_utf8(bytes_of(part, buffer), part.charset, others);
    return part.type == "text/html" ? text_of_html(text) : text;
}

}  // namespace turnaway::bounce
