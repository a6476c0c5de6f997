#include "bounce/log/json_members.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/text.h"

namespace turnaway::bounce {

namespace {

constexpr std::size_t depth_max = 8;
constexpr std::size_t members_max = 200;

int hex_digit(char c) {
    if (base::is_digit(c)) return c - '0';
    const char lower = base::to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void append_utf8(std::string& out, std::uint32_t code) {
    if (code < 0x80) {
        out += static_cast<char>(code);
    } else if (code < 0x800) {
        out += static_cast<char>(0xc0 | (code >> 6));
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else if (code < 0xd800 || code > 0xdfff) {
        out += static_cast<char>(0xe0 | (code >> 12));
        out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
        out += static_cast<char>(0x80 | (code & 0x3f));
    } else {
        out += '?';
    }
}

class Walk {
  public:
    Walk(std::string_view text, JsonMembers& members) : text_(text), members_(members) {}

    std::size_t run() {
        while (at_ < text_.size() && used_ < members_max) {
            const char c = text_[at_];
            if (c == '{' || c == '[') {
                if (levels_.size() == depth_max) break;
                levels_.push_back({c == '[', 0, path_.size()});
                ++at_;
            } else if (c == '}' || c == ']') {
                if (levels_.empty()) break;
                path_.resize(levels_.back().path_bytes);
                levels_.pop_back();
                ++at_;
                if (levels_.empty()) break;
            } else if (c == ',') {
                ++at_;
                if (!levels_.empty()) ++levels_.back().elements;
            } else if (c == '"') {
                take_string();
            } else if (base::is_alnum(c) || c == '-') {
                take_word();
            } else {
                ++at_;
            }
        }
        return used_;
    }

  private:
    struct Level {
        bool is_array;
        std::size_t elements;
        std::size_t path_bytes;  // of the path outside
    };

    void take_string() {
        value_.clear();
        for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
            if (text_[at_] != '\\' || at_ + 1 == text_.size()) {
                value_ += text_[at_];
                continue;
            }
            take_escape(text_[++at_]);
        }
        if (at_ < text_.size()) ++at_;
        std::size_t next = at_;
        while (next < text_.size() && base::is_space(text_[next])) ++next;
        const bool is_name = next < text_.size() && text_[next] == ':' && !levels_.empty() &&
                             !levels_.back().is_array;
        if (!is_name) return keep();
        at_ = next + 1;
        path_.resize(levels_.back().path_bytes);
        if (!path_.empty()) path_ += '.';
        path_ += value_;
    }
    void take_escape(char c) {
        switch (c) {
            case 'n':
                value_ += '\n';
                break;
            case 'r':
            case 't':
            case 'b':
            case 'f':
                value_ += ' ';
                break;
            case 'u': {
                std::uint32_t code = 0;
                for (int digits = 0; digits < 4 && at_ + 1 < text_.size(); ++digits) {
                    const int digit = hex_digit(text_[at_ + 1]);
                    if (digit < 0) break;
                    code = code * 16 + static_cast<std::uint32_t>(digit);
                    ++at_;
                }
                append_utf8(value_, code);
                break;
            }
            default:
                value_ += c;
        }
    }
    void take_word() {
        const std::size_t end = std::min(text_.find_first_of(",}] \t", at_), text_.size());
        value_.assign(text_.substr(at_, end - at_));
        at_ = end;
        if (value_ != "null") keep();
    }
    void keep() {
        if (levels_.empty() || (levels_.back().is_array && levels_.back().elements > 0)) return;
        if (used_ == members_.size()) members_.emplace_back();
        members_[used_].path = path_;
        members_[used_].value = value_;
        ++used_;
    }

    std::string_view text_;
    JsonMembers& members_;
    std::size_t at_ = 0;
    std::size_t used_ = 0;
    std::vector<Level> levels_;
    std::string path_, value_;
};

}  // namespace

void read_members(std::string_view line, JsonMembers& members) {
    members.resize(Walk(line, members).run());
}

std::string_view member(const JsonMembers& members, std::string_view path) {
    for (const JsonMember& one : members) {
        if (one.path == path) return one.value;
    }
    return {};
}

}  // namespace turnaway::bounce
