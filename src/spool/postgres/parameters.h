// Parameters: the values of one statement in PostgreSQL's binary format: numbers, octets, and
// arrays of both.
//
// One array holds a column of many rows (`unnest`), so that a batch of any size is one statement,
// and the limit of 65,535 parameters is never met. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace turnaway::spool::postgres {

// Highest octet first.
template <class Number>
void append_network(std::string& out, Number value) {
    for (std::size_t i = sizeof(Number); i-- > 0;) {
        out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xff);
    }
}

inline std::int64_t read_network(std::string_view bytes) {
    std::uint64_t value = 0;
    for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return static_cast<std::int64_t>(value);
}

inline std::string number(std::int64_t value) {
    std::string out;
    append_network(out, value);
    return out;
}

// A column under construction. The type is the number of the element type in pg_type.
class Column {
  public:
    void add(std::string_view bytes) {
        append_network(items_, static_cast<std::int32_t>(bytes.size()));
        items_ += bytes;
        ++count_;
    }
    void add_number(std::int64_t value) { add(number(value)); }
    std::size_t count() const { return count_; }

    static constexpr std::int32_t octets = 17;   // bytea
    static constexpr std::int32_t numbers = 20;  // bigint
    std::string take(std::int32_t type) {
        std::string out;
        out.reserve(20 + items_.size());
        append_network(out, std::int32_t{1});  // dimensions
        append_network(out, std::int32_t{0});  // no NULL
        append_network(out, type);
        append_network(out, static_cast<std::int32_t>(count_));
        append_network(out, std::int32_t{1});  // the first index
        out += items_;
        return out;
    }

  private:
    std::string items_;
    std::size_t count_ = 0;
};

}  // namespace turnaway::spool::postgres
