#include "io/dns/dns_wire.h"

#include <algorithm>
#include <optional>

#include "base/limits.h"
#include "base/text.h"

namespace turnaway::io {

namespace {

constexpr std::size_t wire_name_bytes_max = base::limits::dns_name_bytes_max + 2;
constexpr unsigned pointer_bits = 0xc0;

}  // namespace

std::string wire_name(const mail::Domain& name) {
    std::string wire;
    for (const std::string_view label : name.labels()) {
        wire += static_cast<char>(label.size());
        wire += label;
    }
    return wire + '\0';
}

void make_lower(std::string& labels) {
    std::ranges::transform(labels, labels.begin(), base::to_lower);
}

unsigned WireReader::byte() {
    if (at_ >= message_.size()) is_good_ = false;
    return is_good_ ? static_cast<unsigned char>(message_[at_++]) : 0;
}

unsigned WireReader::number() {
    const unsigned high = byte();
    return high << 8 | byte();
}

std::uint32_t WireReader::long_number() {
    const std::uint32_t high = number();
    return high << 16 | number();
}

std::string_view WireReader::bytes(std::size_t count) {
    if (count > message_.size() - std::min(at_, message_.size())) is_good_ = false;
    if (!is_good_) return {};
    const auto found = message_.substr(at_, count);
    at_ += count;
    return found;
}

std::string WireReader::name() {
    std::string labels;
    std::optional<std::size_t> behind;  // position after the first pointer
    std::size_t lowest = at_;
    while (is_good_ && labels.size() < wire_name_bytes_max) {
        const unsigned length = byte();
        if ((length & pointer_bits) == pointer_bits) {
            const std::size_t target = (length & ~pointer_bits) << 8 | byte();
            if (!behind) behind = at_;
            // Each pointer leads to an earlier position than the one before, so this ends.
            if (target >= lowest) break;
            lowest = at_ = target;
            continue;
        }
        if ((length & pointer_bits) != 0) break;
        labels += static_cast<char>(length);
        if (length == 0) {
            if (behind) at_ = *behind;
            return labels;
        }
        labels += bytes(length);
    }
    is_good_ = false;
    return {};
}

WireHeader WireReader::header() {
    WireHeader header;
    number();  // the id, which libunbound has checked
    const unsigned flags = number();
    header.is_response = (flags & 0x8000) != 0;
    header.opcode = flags >> 11 & 0x0f;
    header.is_authoritative = (flags & 0x0400) != 0;
    header.is_truncated = (flags & 0x0200) != 0;
    header.code = flags & 0x0f;
    header.questions = number();
    header.answers = number();
    header.authorities = number();
    header.additionals = number();
    return header;
}

WireRecord WireReader::record() {
    WireRecord record;
    record.owner = name();
    make_lower(record.owner);
    record.type = number();
    record.record_class = number();
    record.ttl_seconds = long_number();
    const std::size_t size = number();
    record.rdata_at = at_;
    record.rdata = bytes(size);
    return record;
}

}  // namespace turnaway::io
