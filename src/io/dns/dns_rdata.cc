#include "io/dns/dns_rdata.h"

#include <algorithm>
#include <array>

#include "base/limits.h"

namespace turnaway::io {

namespace {

constexpr std::size_t wire_name_bytes_max = base::limits::dns_name_bytes_max + 2;

void append_octet(unsigned char octet, std::string* out) {
    if (octet == '.' || octet == '\\') {
        *out += '\\';
        *out += static_cast<char>(octet);
    } else if (octet > 0x20 && octet < 0x7f) {
        *out += static_cast<char>(octet);
    } else {
        const auto digit = [](int value) { return static_cast<char>('0' + value); };
        *out += {'\\', digit(octet / 100), digit(octet / 10 % 10), digit(octet % 10)};
    }
}

template <class Bytes>
Bytes bytes_of(std::string_view text) {
    Bytes bytes;
    std::ranges::transform(text, bytes.begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    return bytes;
}

}  // namespace

std::optional<std::string> name_text(std::string_view wire) {
    if (wire.size() > wire_name_bytes_max) return std::nullopt;
    std::string text;
    while (!wire.empty()) {
        const std::size_t length = static_cast<unsigned char>(wire[0]);
        wire.remove_prefix(1);
        if (length == 0) {
            if (!wire.empty()) return std::nullopt;
            return text.empty() ? "." : text;
        }
        if (length > base::limits::domain_label_bytes_max || length > wire.size()) break;
        for (const char c : wire.substr(0, length)) {
            append_octet(static_cast<unsigned char>(c), &text);
        }
        text += '.';
        wire.remove_prefix(length);
    }
    return std::nullopt;
}

std::optional<route::MxRecord> read_mx(std::string_view rdata) {
    if (rdata.size() < 3) return std::nullopt;
    const auto exchange = name_text(rdata.substr(2));
    if (!exchange) return std::nullopt;
    const unsigned high = static_cast<unsigned char>(rdata[0]);
    const unsigned low = static_cast<unsigned char>(rdata[1]);
    return route::MxRecord{static_cast<std::uint16_t>(high << 8 | low),
                           route::parse_exchange(*exchange)};
}

std::optional<route::IpAddress> read_address(std::string_view rdata) {
    if (rdata.size() == 4) return route::IpAddress(bytes_of<mail::Ipv4Bytes>(rdata));
    if (rdata.size() == 16) return route::IpAddress(bytes_of<mail::Ipv6Bytes>(rdata));
    return std::nullopt;
}

std::optional<std::string> read_text(std::string_view rdata) {
    if (rdata.empty()) return std::nullopt;  // there is at least one string, even if empty
    std::string text;
    while (!rdata.empty()) {
        const std::size_t length = static_cast<unsigned char>(rdata[0]);
        rdata.remove_prefix(1);
        if (length > rdata.size()) return std::nullopt;
        text += rdata.substr(0, length);
        rdata.remove_prefix(length);
    }
    return text;
}

}  // namespace turnaway::io
