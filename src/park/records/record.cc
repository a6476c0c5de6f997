#include "park/records/record.h"

#include <cstddef>

namespace turnaway::park {
namespace {

constexpr std::size_t character_string_bytes_max = 255;

void append_octet(std::string& out, char octet) {
    const auto value = static_cast<unsigned char>(octet);
    if (octet == '"' || octet == '\\') {
        out += '\\';
        out += octet;
    } else if (value >= 0x20 && value < 0x7f) {
        out += octet;
    } else {
        out += '\\';
        out += static_cast<char>('0' + value / 100);
        out += static_cast<char>('0' + value / 10 % 10);
        out += static_cast<char>('0' + value % 10);
    }
}

}  // namespace

std::string_view name(RecordType type) {
    return type == RecordType::mx ? "MX" : "TXT";
}

std::string Record::owner() const {
    if (relative.empty()) return zone.text();
    return relative + '.' + zone.text();
}

std::vector<std::string_view> character_strings(std::string_view text) {
    std::vector<std::string_view> pieces;
    do {
        pieces.push_back(text.substr(0, character_string_bytes_max));
        text.remove_prefix(pieces.back().size());
    } while (!text.empty());
    return pieces;
}

std::string quoted_text(std::string_view text) {
    std::string out;
    for (const auto piece : character_strings(text)) {
        if (!out.empty()) out += ' ';
        out += '"';
        for (const char octet : piece) append_octet(out, octet);
        out += '"';
    }
    return out;
}

std::string presentation(const Record& record) {
    if (record.type == RecordType::txt) return quoted_text(record.data);
    const bool is_root = record.data == ".";
    return std::to_string(record.preference) + ' ' + record.data + (is_root ? "" : ".");
}

std::string zone_line(const Record& record) {
    return record.owner() + ". " + std::to_string(record.ttl_seconds) + " IN " +
           std::string(name(record.type)) + ' ' + presentation(record);
}

}  // namespace turnaway::park
