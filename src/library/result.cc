#include "library/result.h"

#include <algorithm>

#include "base/printable.h"

namespace turnaway::library {
namespace {

// A longer text is cut.
constexpr std::size_t field_bytes_max = std::size_t{64} * 1024;

}  // namespace

void Record::add(std::string name, std::string_view value) {
    if (value.empty()) return;
    std::string text;
    base::append_printable(text, value, field_bytes_max);
    fields_.emplace_back(std::move(name), std::move(text));
}

const std::string* Record::find(std::string_view name) const {
    const auto at = std::ranges::find(fields_, name, [](const auto& field) { return field.first; });
    return at == fields_.end() ? nullptr : &at->second;
}

const std::string* Record::name_at(std::size_t number) const {
    return number < fields_.size() ? &fields_[number].first : nullptr;
}

const std::string& Record::json() const {
    if (!json_.empty()) return json_;
    std::string line = "{";
    for (const auto& [name, value] : fields_) {
        if (line.size() > 1) line += ',';
        base::append_json_string(line, name);
        line += ':';
        base::append_json_string(line, value);
    }
    json_ = line + '}';
    return json_;
}

namespace {

const Record* record_of(const turnaway_result* result, std::size_t record) {
    return result != nullptr && record < result->records.size() ? &result->records[record]
                                                                : nullptr;
}

const char* text_of(const std::string* text) {
    return text != nullptr ? text->c_str() : nullptr;
}

}  // namespace

}  // namespace turnaway::library

using namespace turnaway::library;

const char* turnaway_version(void) {
    return TURNAWAY_VERSION;
}

const char* turnaway_result_error(const turnaway_result* result) {
    return result != nullptr && !result->error.empty() ? result->error.c_str() : nullptr;
}

size_t turnaway_result_count(const turnaway_result* result) {
    return result != nullptr ? result->records.size() : 0;
}

const char* turnaway_result_get(const turnaway_result* result, size_t record, const char* field) {
    const auto* at = record_of(result, record);
    return at != nullptr && field != nullptr ? text_of(at->find(field)) : nullptr;
}

const char* turnaway_result_field(const turnaway_result* result, size_t record, size_t number) {
    const auto* at = record_of(result, record);
    return at != nullptr ? text_of(at->name_at(number)) : nullptr;
}

const char* turnaway_result_json(const turnaway_result* result, size_t record) {
    return guarded([&]() -> const char* {
        const auto* at = record_of(result, record);
        return at != nullptr ? at->json().c_str() : nullptr;
    });
}

void turnaway_result_free(turnaway_result* result) {
    delete result;
}
