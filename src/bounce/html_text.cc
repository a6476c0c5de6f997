#include "bounce/html_text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/text.h"

namespace turnaway::bounce {

namespace {

struct Entity {
    std::string_view name, text;
};
constexpr std::array<Entity, 9> entities{{{"lt;", "<"},
                                          {"gt;", ">"},
                                          {"amp;", "&"},
                                          {"quot;", "\""},
                                          {"nbsp;", " "},
                                          {"#39;", "'"},
                                          {"apos;", "'"},
                                          {"#64;", "@"},
                                          {"#8203;", ""}}};
constexpr std::array<std::string_view, 15> line_tags{"br", "p",   "/p", "div", "/div",
                                                     "tr", "/tr", "td", "li",  "h1",
                                                     "h2", "/h2", "h3", "pre", "table"};
constexpr std::array<std::string_view, 2> hidden_tags{"style", "script"};

std::string_view name_of(std::string_view tag) {
    std::size_t end = tag.starts_with('/') ? 1 : 0;
    while (end < tag.size() && base::is_alnum(tag[end])) ++end;
    return tag.substr(0, end);
}

bool is_one_of(std::string_view name, std::span<const std::string_view> names) {
    return std::ranges::any_of(
        names, [&](std::string_view other) { return base::equal_no_case(name, other); });
}

// After the tag that ends a hidden element; the end of the text if there is none.
std::size_t end_of_hidden(std::string_view html, std::size_t from, std::string_view name) {
    for (std::size_t at = html.find("</", from); at != std::string_view::npos;
         at = html.find("</", at + 2)) {
        if (base::starts_with_no_case(html.substr(at + 2), name)) return at;
    }
    return html.size();
}

}  // namespace

std::string text_of_html(std::string_view html) {
    std::string out;
    out.reserve(html.size() / 2);
    for (std::size_t at = 0; at < html.size();) {
        const char c = html[at];
        if (c == '&') {
            const std::string_view rest = html.substr(at + 1);
            const auto* const found = std::ranges::find_if(
                entities, [&](const Entity& e) { return rest.starts_with(e.name); });
            out += found == entities.end() ? std::string_view("&") : found->text;
            at += found == entities.end() ? 1 : 1 + found->name.size();
            continue;
        }
        const bool is_tag =
            c == '<' && at + 1 < html.size() &&
            (base::is_alpha(html[at + 1]) || html[at + 1] == '/' || html[at + 1] == '!');
        if (!is_tag) {
            std::size_t next = at + 1;
            while (next < html.size() && html[next] != '&' && html[next] != '<') ++next;
            out += html.substr(at, next - at);
            at = next;
            continue;
        }
        const std::size_t end = std::min(html.find('>', at), html.size());
        const std::string_view tag = html.substr(at + 1, end - at - 1);
        const std::string_view name = name_of(tag);
        // An address in angle brackets that nobody escaped.
        if (!tag.contains(' ') && tag.contains('@')) out.append("<").append(tag).append(">");
        if (is_one_of(name, line_tags)) out += '\n';
        at = std::min(end + 1, html.size());
        if (is_one_of(name, hidden_tags)) at = end_of_hidden(html, at, name);
    }
    return out;
}

}  // namespace turnaway::bounce
