#include "io/dns_message.h"

#include <arpa/nameser.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/text.h"
#include "io/dns_rdata.h"

namespace turnaway::io {

namespace {

using route::DnsAnswer;
using route::DnsFailure;
using route::DnsOutcome;
using route::DnsType;

constexpr std::size_t wire_name_bytes_most = base::limits::dns_name_bytes_most + 2;
constexpr unsigned pointer_bits = 0xc0;

struct Record {
    std::string owner;  // labels on the wire, lower case
    unsigned type = 0;
    unsigned record_class = 0;
    std::uint32_t ttl_seconds = 0;
    std::size_t rdata_at = 0;
    std::string_view rdata;
};

// Reads on from a place in the message; once anything is wrong, all that follows is nothing.
class Reader {
  public:
    explicit Reader(std::string_view message) : message_(message) {}

    bool is_good() const { return is_good_; }
    std::size_t at() const { return at_; }
    void move_to(std::size_t place) { at_ = place; }

    unsigned byte() {
        if (at_ >= message_.size()) is_good_ = false;
        return is_good_ ? static_cast<unsigned char>(message_[at_++]) : 0;
    }
    unsigned number() {
        const unsigned high = byte();
        return high << 8 | byte();
    }
    std::uint32_t long_number() {
        const std::uint32_t high = number();
        return high << 16 | number();
    }
    std::string_view bytes(std::size_t count) {
        if (count > message_.size() - std::min(at_, message_.size())) is_good_ = false;
        if (!is_good_) return {};
        const auto found = message_.substr(at_, count);
        at_ += count;
        return found;
    }
    // A name without compression, its letters as they are; the place is behind it.
    std::string name();
    Record record();

  private:
    std::string_view message_;
    std::size_t at_ = 0;
    bool is_good_ = true;
};

std::string Reader::name() {
    std::string labels;
    std::optional<std::size_t> behind;  // of the first pointer
    std::size_t lowest = at_;
    while (is_good_ && labels.size() < wire_name_bytes_most) {
        const unsigned length = byte();
        if ((length & pointer_bits) == pointer_bits) {
            const std::size_t target = (length & ~pointer_bits) << 8 | byte();
            if (!behind) behind = at_;
            // Each pointer leads further to the front than the one before, so there is an end.
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

void make_lower(std::string& labels) {
    std::ranges::transform(labels, labels.begin(), base::to_lower);
}

Record Reader::record() {
    Record record;
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

// False when the record cannot be read.
bool add_record(DnsType type, std::string_view message, const Record& record, DnsAnswer* answer) {
    if (type == DnsType::mx) {
        Reader reader(message);
        reader.move_to(record.rdata_at);
        std::string rdata(reader.bytes(2));
        rdata += reader.name();
        auto mx = reader.is_good() ? read_mx(rdata) : std::nullopt;
        if (!mx) return false;
        answer->mx.push_back(*std::move(mx));
        return true;
    }
    if (type == DnsType::txt) {
        auto text = read_text(record.rdata);
        if (!text) return false;
        answer->texts.push_back(*std::move(text));
        return true;
    }
    const bool has_right_size = (record.rdata.size() == 4) == (type == DnsType::a);
    const auto address = has_right_size ? read_address(record.rdata) : std::nullopt;
    if (address) answer->addresses.push_back(*address);
    return address.has_value();
}

DnsAnswer failed(DnsFailure failure) {
    DnsAnswer answer;
    answer.failure = failure;
    return answer;
}

struct Header {
    unsigned code = 0;
    unsigned questions = 0;
    unsigned answers = 0;
    unsigned authorities = 0;
};

Header read_header(Reader& reader) {
    Header header;
    reader.number();  // id
    header.code = reader.number() & 0x0f;
    header.questions = reader.number();
    header.answers = reader.number();
    header.authorities = reader.number();
    reader.number();  // additional
    return header;
}

}  // namespace

int wire_type(DnsType type) {
    switch (type) {
        case DnsType::mx:
            return ns_t_mx;
        case DnsType::a:
            return ns_t_a;
        case DnsType::aaaa:
            return ns_t_aaaa;
        case DnsType::txt:
            return ns_t_txt;
    }
    return ns_t_invalid;
}

std::optional<DnsAnswer> read_message(DnsType type, std::string_view message) {
    Reader reader(message);
    const Header header = read_header(reader);
    if (!reader.is_good() || header.questions != 1) return std::nullopt;
    if (header.code == ns_r_refused) return failed(DnsFailure::refused);
    if (header.code != ns_r_noerror && header.code != ns_r_nxdomain) {
        return failed(DnsFailure::servfail);
    }
    std::string owner = reader.name();
    make_lower(owner);
    reader.long_number();  // type and class
    const std::string asked = owner;
    std::vector<std::string> passed{owner};  // names of the chain of CNAME
    std::string canonical;
    DnsAnswer answer;
    std::uint32_t ttl_seconds = std::numeric_limits<std::int32_t>::max();
    bool names_servers = false;
    bool has_start_of_zone = false;
    for (unsigned i = 0; reader.is_good() && i < header.answers + header.authorities; ++i) {
        const Record record = reader.record();
        if (!reader.is_good()) break;
        ttl_seconds = std::min(ttl_seconds, record.ttl_seconds);
        names_servers |= i >= header.answers && record.type == ns_t_ns;
        has_start_of_zone |= i >= header.answers && record.type == ns_t_soa;
        if (i >= header.answers || record.owner != owner || record.record_class != ns_c_in) {
            continue;
        }
        if (record.type == ns_t_cname) {
            Reader target(message);
            target.move_to(record.rdata_at);
            canonical = target.name();
            if (!target.is_good()) return std::nullopt;
            owner = canonical;
            make_lower(owner);
            // A circle is a mistake that may be mended, and no answer (requirement 41).
            if (std::ranges::find(passed, owner) != passed.end()) {
                return failed(DnsFailure::servfail);
            }
            passed.push_back(owner);
        } else if (std::cmp_equal(record.type, wire_type(type)) &&
                   !add_record(type, message, record, &answer)) {
            return std::nullopt;
        }
    }
    if (!reader.is_good()) return std::nullopt;
    const bool has_records =
        !answer.mx.empty() || !answer.addresses.empty() || !answer.texts.empty();
    answer.outcome = has_records                    ? DnsOutcome::answered
                     : header.code == ns_r_nxdomain ? DnsOutcome::no_such_name
                                                    : DnsOutcome::no_data;
    // A referral (RFC 2308 section 2.2): somebody else may know, and was not asked or did not
    // answer.
    const bool is_referral =
        answer.outcome == DnsOutcome::no_data && names_servers && !has_start_of_zone;
    if (is_referral) return failed(DnsFailure::servfail);
    if (header.answers + header.authorities > 0) answer.ttl_seconds = ttl_seconds;
    if (owner != asked) {
        auto name = mail::Domain::parse(name_text(canonical).value_or(""));
        if (name) answer.canonical_name = *std::move(name);
    }
    return answer;
}

}  // namespace turnaway::io
