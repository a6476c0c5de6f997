#include "cli/bulk/bulk_format.h"

#include "base/check.h"
#include "base/printable.h"
#include "cli/bulk/csv.h"

namespace turnaway::cli {

namespace {

constexpr std::size_t shown_bytes_max = 1000;

bool is_exit_digit(char c) {
    return c >= '0' && c <= '2';
}
char exit_digit(int exit_code) {
    TURNAWAY_CHECK(exit_code >= 0 && exit_code <= 2);
    return static_cast<char>('0' + exit_code);
}

}  // namespace

std::string BulkFormat::header(const std::optional<std::string>& input_header) const {
    if (form_ != BulkForm::csv || (is_csv_input_ && !input_header)) return {};
    std::string text = input_header.value_or("input");
    for (const std::string& column : columns_) {
        text += delimiter_;
        append_csv_cell(text, column, delimiter_);
    }
    return text + delimiter_ + "exit\n";
}

std::string BulkFormat::beginning(const BulkRow& row) const {
    std::string text;
    switch (form_) {
        case BulkForm::lines:
            return row.raw + '\t';
        case BulkForm::csv:
            if (is_csv_input_) {
                text = row.raw;
            } else {
                append_csv_cell(text, row.cell, delimiter_);
            }
            return text + delimiter_;
        case BulkForm::json:
            text = "{\"row\":" + std::to_string(row.number) + ",\"cell\":";
            base::append_json_string(text, row.cell);
            return text + ",\"exit\":";
    }
    return text;
}

std::string BulkFormat::text(const BulkRow& row, const BulkAnswer& answer) const {
    std::string text = beginning(row);
    if (form_ == BulkForm::json) {
        TURNAWAY_CHECK(answer.json.size() > 2 && answer.json.front() == '{');
        text += exit_digit(answer.exit_code);
        text += ',';
        text.append(answer.json, 1);
        return text + '\n';
    }
    TURNAWAY_CHECK(answer.columns.size() == columns_.size());
    for (const std::string& column : answer.columns) {
        if (form_ == BulkForm::csv) {
            append_csv_cell(text, column, delimiter_);
        } else {
            base::append_printable(text, column, shown_bytes_max);
        }
        text += form_ == BulkForm::csv ? delimiter_ : '\t';
    }
    text += exit_digit(answer.exit_code);
    return text + '\n';
}

std::string BulkFormat::text(const BulkRow& row) const {
    return form_ == BulkForm::lines ? row.raw + '\n' : std::string();
}

std::optional<int> BulkFormat::exit_code_in(std::string_view written, const BulkRow& row) const {
    const std::string expected = beginning(row);
    if (!written.starts_with(expected) || written.size() == expected.size()) return std::nullopt;
    const char digit = form_ == BulkForm::json ? written[expected.size()] : written.back();
    if (!is_exit_digit(digit)) return std::nullopt;
    return digit - '0';
}

}  // namespace turnaway::cli
