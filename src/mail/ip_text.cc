#include "mail/ip_text.h"

#include <algorithm>
#include <cstddef>

#include "base/text.h"

namespace turnaway::mail {
namespace {

constexpr std::size_t groups_full = 8;

int hex_value(char c) {
    if (base::is_digit(c)) return c - '0';
    const char lower = base::to_lower(c);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// 16-bit groups in the order read; the second half begins at the position of `::`.
struct Groups {
    std::array<std::uint16_t, groups_full> value{};
    std::size_t count = 0;
    std::size_t gap_at = groups_full;

    bool push(std::uint16_t group) {
        if (count == groups_full) return false;
        value[count++] = group;
        return true;
    }
};

std::optional<std::uint16_t> parse_group(std::string_view text) {
    if (text.empty() || text.size() > 4) return std::nullopt;
    unsigned value = 0;
    for (const char c : text) {
        const int digit = hex_value(c);
        if (digit < 0) return std::nullopt;
        value = value * 16 + static_cast<unsigned>(digit);
    }
    return static_cast<std::uint16_t>(value);
}

// One or more groups joined by single colons; the last may be an IPv4 address.
bool read_run(std::string_view text, bool ipv4_may_end, Groups& groups) {
    while (true) {
        const auto colon = text.find(':');
        const auto part = text.substr(0, colon);
        const bool is_last = colon == std::string_view::npos;
        if (is_last && ipv4_may_end && part.find('.') != std::string_view::npos) {
            const auto ipv4 = parse_ipv4(part);
            if (!ipv4) return false;
            const auto& b = *ipv4;
            return groups.push(static_cast<std::uint16_t>(b[0] << 8 | b[1])) &&
                   groups.push(static_cast<std::uint16_t>(b[2] << 8 | b[3]));
        }
        const auto group = parse_group(part);
        if (!group || !groups.push(*group)) return false;
        if (is_last) return true;
        text.remove_prefix(colon + 1);
    }
}

void append_groups(std::string& out, const Ipv6Bytes& address, std::size_t from, std::size_t to) {
    constexpr std::string_view digits = "0123456789abcdef";
    for (std::size_t i = from; i < to; ++i) {
        if (i > from) out += ':';
        const unsigned group = static_cast<unsigned>(address[2 * i] << 8 | address[2 * i + 1]);
        bool started = false;
        for (int shift = 12; shift >= 0; shift -= 4) {
            const unsigned digit = (group >> shift) & 0xf;
            started = started || digit != 0 || shift == 0;
            if (started) out += digits[digit];
        }
    }
}

struct Run {
    std::size_t start = 0;
    std::size_t length = 0;
};

// The longest run of zero groups, the first of equals.
Run longest_zero_run(const Ipv6Bytes& address) {
    Run best;
    Run run;
    for (std::size_t i = 0; i < groups_full; ++i) {
        if (address[2 * i] != 0 || address[2 * i + 1] != 0) {
            run = {.start = i + 1, .length = 0};
            continue;
        }
        ++run.length;
        if (run.length > best.length) best = run;
    }
    return best;
}

}  // namespace

std::optional<Ipv4Bytes> parse_ipv4(std::string_view text) {
    Ipv4Bytes bytes{};
    std::size_t at = 0;
    bool is_empty = true;  // the number that is being read
    unsigned value = 0;
    for (const char c : text) {
        if (c == '.') {
            if (is_empty || ++at == bytes.size()) return std::nullopt;
            is_empty = true;
            value = 0;
            continue;
        }
        const bool has_leading_zero = !is_empty && value == 0;
        if (!base::is_digit(c) || has_leading_zero) return std::nullopt;
        value = value * 10 + static_cast<unsigned>(c - '0');
        if (value > 255) return std::nullopt;
        bytes[at] = static_cast<std::uint8_t>(value);
        is_empty = false;
    }
    if (is_empty || at + 1 != bytes.size()) return std::nullopt;
    return bytes;
}

std::optional<Ipv6Bytes> parse_ipv6(std::string_view text) {
    Groups groups;
    const auto gap = text.find("::");
    if (gap == std::string_view::npos) {
        if (!read_run(text, true, groups) || groups.count != groups_full) return std::nullopt;
    } else {
        const auto before = text.substr(0, gap);
        const auto after = text.substr(gap + 2);
        if (!before.empty() && !read_run(before, false, groups)) return std::nullopt;
        groups.gap_at = groups.count;
        if (!after.empty() && !read_run(after, true, groups)) return std::nullopt;
        if (groups.count == groups_full) return std::nullopt;
    }
    Ipv6Bytes bytes{};
    const std::size_t zeros = groups_full - groups.count;
    for (std::size_t i = 0; i < groups.count; ++i) {
        const std::size_t at = i < groups.gap_at ? i : i + zeros;
        bytes[2 * at] = static_cast<std::uint8_t>(groups.value[i] >> 8);
        bytes[2 * at + 1] = static_cast<std::uint8_t>(groups.value[i] & 0xff);
    }
    return bytes;
}

std::string ipv4_text(const Ipv4Bytes& address) {
    std::string out;
    for (const std::uint8_t byte : address) {
        if (!out.empty()) out += '.';
        out += std::to_string(byte);
    }
    return out;
}

std::string ipv6_text(const Ipv6Bytes& address) {
    constexpr Ipv6Bytes mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    if (std::equal(address.begin(), address.begin() + 12, mapped.begin())) {
        return "::ffff:" + ipv4_text({address[12], address[13], address[14], address[15]});
    }
    std::string out;
    const Run zeros = longest_zero_run(address);
    if (zeros.length < 2) {  // RFC 5952 section 4.2.2: one group alone is not shortened
        append_groups(out, address, 0, groups_full);
        return out;
    }
    append_groups(out, address, 0, zeros.start);
    out += "::";
    append_groups(out, address, zeros.start + zeros.length, groups_full);
    return out;
}

}  // namespace turnaway::mail
