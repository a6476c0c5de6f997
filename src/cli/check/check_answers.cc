#include "cli/check/check_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include "base/printable.h"
#include "check/wording.h"
#include "cli/check/check_record.h"
#include "cli/common/colours.h"

namespace turnaway::cli {
namespace {

using check::Acceptance;
using check::Assessment;

constexpr std::size_t name_columns_max = 40;
constexpr std::size_t name_bytes_max = 253;

std::string printable(std::string_view text) {
    std::string shown;
    base::append_printable(shown, text, name_bytes_max);
    return shown;
}

// Columns on a terminal; wide characters are counted as one.
std::size_t columns_of(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

}  // namespace

CheckAnswers::CheckAnswers(const CheckOptions& options)
    : form_(options.form()),
      is_quiet_(options.is_quiet),
      is_table_(options.inputs.size() > 1 && !options.cites_sources && !options.shows_fix),
      says_dnssec_(options.cites_sources || !options.trust_anchor.empty()),
      style_{.colours = colours_for(options.colour),
             .cites_sources = options.cites_sources,
             .shows_fix = options.shows_fix} {
    for (const std::string& input : options.inputs) {
        name_columns_ = std::max(name_columns_, columns_of(printable(input)));
    }
    name_columns_ = std::min(name_columns_, name_columns_max);
    if (form_ != CheckForm::csv) return;
    std::vector<std::string> heads{"input"};
    heads.insert(heads.end(), check_columns.begin(), check_columns.end());
    append_csv_row(out_, heads);
}

bool CheckAnswers::add(const Assessment& assessment) {
    all_ = check::worse(all_, assessment.acceptance);
    switch (form_) {
        case CheckForm::page:
            if (is_table_) {
                append_row(printable(assessment.subject.input), assessment.acceptance,
                           check::name(assessment.verdict), check::sentence_of(assessment));
                break;
            }
            if (std::exchange(has_page_, true)) out_ += '\n';
            style_.dnssec = says_dnssec_ ? dnssec_ : std::string();
            append_check_page(out_, assessment, style_);
            break;
        case CheckForm::json:
            out_ += check_json(assessment, dnssec_) + '\n';
            break;
        case CheckForm::csv: {
            auto cells = check_row(assessment);
            cells.insert(cells.begin(), assessment.subject.input);
            append_csv_row(out_, cells);
            break;
        }
        case CheckForm::nagios:
            kept_.push_back(assessment);
            return true;
    }
    return write();
}

bool CheckAnswers::add_fault(std::string_view input, const std::string& error) {
    has_fault_ = true;
    all_ = check::worse(all_, Acceptance::unknown);
    if (form_ != CheckForm::nagios) std::fprintf(stderr, "turnaway check: %s\n", error.c_str());
    switch (form_) {
        case CheckForm::page:
            if (is_table_)
                append_row(printable(input), Acceptance::unknown, "invalid-input", error);
            break;
        case CheckForm::json:
            out_ += check_fault_json(input, error) + '\n';
            break;
        case CheckForm::csv: {
            auto cells = check_fault_row(error);
            cells.insert(cells.begin(), std::string(input));
            append_csv_row(out_, cells);
            break;
        }
        case CheckForm::nagios:
            faults_.push_back(error);
            return true;
    }
    return write();
}

int CheckAnswers::end() {
    if (form_ == CheckForm::nagios) {
        const auto [line, exit_code] = nagios_line(kept_, faults_);
        out_ += line;
        return write() ? exit_code : nagios_unknown;
    }
    return has_fault_ ? base::exit_code(base::Fault::usage) : check::exit_code(all_);
}

int CheckAnswers::fail(const base::Error& error) {
    if (form_ == CheckForm::nagios) {
        faults_ = {error.message};
        kept_.clear();
        return end();
    }
    std::fprintf(stderr, "turnaway check: %s\n", error.message.c_str());
    return base::exit_code(error.fault);
}

void CheckAnswers::append_row(std::string_view name, Acceptance acceptance,
                              std::string_view verdict, std::string_view detail) {
    const std::size_t columns = columns_of(name);
    const std::string blanks(columns < name_columns_ ? name_columns_ - columns : 0, ' ');
    const std::string_view colour = colour_of(style_.colours, acceptance);
    fmt::format_to(std::back_inserter(out_), "{}{}  {}{:<9}{}  {:<17}  {}\n", name, blanks, colour,
                   answer_word(acceptance), style_.colours.off, verdict, detail);
}

bool CheckAnswers::write() {
    const std::string text = std::exchange(out_, {});
    return is_quiet_ || output_.write(text);
}

}  // namespace turnaway::cli
