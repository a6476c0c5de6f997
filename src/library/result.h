// Result: what a function of libturnaway found: records of named text fields, or one error.
//
// The struct behind the C type of include/turnaway.h. Texts from peers are made printable here, at
// the border, so that no caller has to. JSON lines are made on request and kept.
#pragma once

#include <turnaway.h>

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace turnaway::library {

class Record {
  public:
    // Left out when empty. `value` may be any bytes.
    void add(std::string name, std::string_view value);
    // Null: it has no such field.
    const std::string* find(std::string_view name) const;
    // The number-th field's name; null after the last.
    const std::string* name_at(std::size_t number) const;
    const std::string& json() const;

  private:
    std::vector<std::pair<std::string, std::string>> fields_;
    mutable std::string json_;
};

// Calls `make`, and returns null for an exception, which never leaves the library.
template <class Make>
auto guarded(Make&& make) noexcept -> decltype(make()) {
    try {
        return make();
    } catch (const std::exception&) {
        return {};
    }
}

}  // namespace turnaway::library

struct turnaway_result {
    std::string error = {};
    std::vector<turnaway::library::Record> records = {};
};
