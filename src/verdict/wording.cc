#include "verdict/wording.h"

#include <cstddef>

#include "base/limits.h"
#include "base/printable.h"

namespace turnaway::verdict {
namespace {

constexpr std::size_t address_bytes_max = 120;
constexpr std::size_t name_bytes_max = 60;

// The address and two names with their dots, and 150 for the sentence.
static_assert(address_bytes_max + 2 * name_bytes_max + 9 <= text_bytes_max - 150);
static_assert(text_bytes_max + 20 <= base::limits::reply_line_bytes_max);  // codes, line end

std::string shortened(std::string_view text, std::size_t bytes_max) {
    std::string safe;
    base::append_printable(safe, text, bytes_max);
    // Escapes make a text up to four times as long.
    if (safe.size() <= bytes_max + 3) return safe;
    std::string cut;
    base::append_printable(cut, safe, bytes_max);
    return cut;
}

std::string counted(std::int64_t count, std::string_view unit) {
    std::string out = std::to_string(count) + ' ';
    out += unit;
    if (count != 1) out += 's';
    return out + " ago";
}

}  // namespace

std::string said(const mail::Address& address) {
    return '<' + shortened(address.text(), address_bytes_max) + '>';
}

std::string said(std::string_view name) {
    return shortened(name, name_bytes_max);
}

std::string said_ago(std::chrono::seconds age) {
    using namespace std::chrono;
    if (age < minutes(1)) return "less than a minute ago";
    if (age < hours(1)) return counted(duration_cast<minutes>(age).count(), "minute");
    if (age < days(1)) return counted(duration_cast<hours>(age).count(), "hour");
    return counted(duration_cast<days>(age).count(), "day");
}

}  // namespace turnaway::verdict
