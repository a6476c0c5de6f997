// `turnaway codes`: the table of reply codes and enhanced codes, in full or the rows that contain
// the given words.
//
// A word is searched for in the code, the title, the meaning, the sample text of the registry and
// the references, without regard to case; a row must contain all words. One line per code; --json
// gives one object per code, --csv a table with a header. Exit status 0 if there is a row, 65 if no
// code matches, 64 for a wrong command line, 74 if writing fails.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/printable.h"
#include "base/result.h"
#include "cli/bulk/csv.h"
#include "cli/common/command.h"
#include "cli/common/output.h"
#include "cli/explain/wording.h"
#include "codes/table.h"

namespace turnaway::cli {

namespace {

using Json = nlohmann::ordered_json;

struct Options {
    std::vector<std::string> words;
    bool json = false;
    bool csv = false;
};

// A row of either kind, as text.
struct Listed {
    std::string code;     // "521" or "X.3.2"
    std::string classes;  // "5" or "4 5"
    const codes::Description* about;
    codes::Registration entry{};
    bool is_enhanced = false;
    std::vector<std::string> pairs;
};

std::vector<std::string> texts_of(const codes::EnhancedRow& row) {
    if (row.pairs_with_any) return {"any"};
    std::vector<std::string> texts;
    for (const auto code : codes::pairs_of(row)) texts.push_back(code.text());
    return texts;
}

std::string code_of(const codes::EnhancedRow& row) {
    return fmt::format("X.{}.{}", row.detail.subject, row.detail.detail);
}

std::vector<std::string> partners_of(const codes::ReplyRow& row) {
    std::vector<std::string> texts;
    for (const auto& enhanced : codes::enhanced_rows) {
        if (!enhanced.pairs_with_any && codes::is_paired(enhanced, row.code)) {
            texts.push_back(code_of(enhanced));
        }
    }
    return texts;
}

std::vector<Listed> all_rows() {
    std::vector<Listed> rows;
    rows.reserve(std::size(codes::reply_rows) + std::size(codes::enhanced_rows));
    for (const auto& row : codes::reply_rows) {
        rows.push_back({.code = row.code.text(),
                        .classes = std::to_string(row.code.first_digit()),
                        .about = &row.about,
                        .entry = {},
                        .is_enhanced = false,
                        .pairs = partners_of(row)});
    }
    for (const auto& row : codes::enhanced_rows) {
        std::string classes;
        for (const int digit : {2, 4, 5}) {
            if (row.usual_with(digit))
                classes += fmt::format("{}{}", classes.empty() ? "" : " ", digit);
        }
        rows.push_back({.code = code_of(row),
                        .classes = classes,
                        .about = &row.about,
                        .entry = row.registration,
                        .is_enhanced = true,
                        .pairs = texts_of(row)});
    }
    return rows;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return std::tolower(c); });
    return out;
}

// "5.1.10" also matches X.1.10, "5.1" all of X.1.
bool holds(const Listed& row, std::string_view word) {
    if (word.size() > 2 && word[1] == '.' && row.is_enhanced) {
        const std::string_view detail = std::string_view(row.code).substr(1);
        std::string subject(word.substr(1));
        if (detail == subject) return true;
        if (!subject.ends_with('.')) subject += '.';
        if (detail.starts_with(subject)) return true;
    }
    const std::string wanted = lower(word);
    const std::array<std::string_view, 6> texts{row.code,           row.about->title,
                                                row.about->meaning, row.entry.sample_text,
                                                row.about->where,   row.about->reference};
    return std::ranges::any_of(texts, [&](std::string_view text) {
        return lower(text).find(wanted) != std::string::npos;
    });
}

std::string joined(const std::vector<std::string>& texts) {
    std::string out;
    for (const auto& text : texts) out += (out.empty() ? "" : " ") + text;
    return out;
}

Json text_or_null(std::string_view text) {
    return text.empty() ? Json(nullptr) : Json(text);
}

std::string json_of(const Listed& row) {
    const Json json{
        {"type", "code"},
        {"code", row.code},
        {"kind", row.is_enhanced ? "enhanced" : "reply"},
        {"classes", row.classes},
        {"title", row.about->title},
        {"meaning", row.about->meaning},
        {"applies_to", row.about->where},
        {"pairs", row.pairs},
        {"reference", row.about->reference},
        {"standing", codes::name_of(row.about->standing)},
        {"sample_text", text_or_null(row.entry.sample_text)},
        {"submitter", text_or_null(row.entry.submitter)},
        {"change_controller", text_or_null(row.entry.change_controller)},
        {"track", row.is_enhanced ? Json(codes::name_of(row.entry.track)) : Json(nullptr)},
        {"useful_as", text_or_null(row.is_enhanced ? name_of(row.entry.useful) : "")},
    };
    return json.dump() + '\n';
}

constexpr std::array<std::string_view, 14> columns{
    "code",  "kind",      "classes",  "title",       "meaning",   "applies_to",
    "pairs", "reference", "standing", "sample_text", "submitter", "change_controller",
    "track", "useful_as"};

template <class Cells>
std::string csv_line(const Cells& cells) {
    std::string out;
    for (const std::string_view cell : cells) {
        if (!out.empty()) out += ',';
        append_csv_cell(out, cell);
    }
    return out + '\n';
}

std::string csv_of(const Listed& row) {
    const std::string pairs = joined(row.pairs);
    return csv_line(std::array<std::string_view, columns.size()>{
        row.code, row.is_enhanced ? "enhanced" : "reply", row.classes, row.about->title,
        row.about->meaning, row.about->where, pairs, row.about->reference,
        codes::name_of(row.about->standing), row.entry.sample_text, row.entry.submitter,
        row.entry.change_controller, row.is_enhanced ? codes::name_of(row.entry.track) : "",
        row.is_enhanced ? name_of(row.entry.useful) : ""});
}

std::string line_of(const Listed& row) {
    const std::string_view sample = row.entry.sample_text;
    const std::string in_registry = sample.empty() ? "" : fmt::format(" \"{}\"", sample);
    return fmt::format("{:<7} {:<6} {}{} ({})\n", row.code, row.classes, row.about->title,
                       in_registry, row.about->reference);
}

int list(const Options& options) {
    std::string out;
    for (const auto& row : all_rows()) {
        const bool is_wanted =
            std::ranges::all_of(options.words, [&](const auto& word) { return holds(row, word); });
        if (!is_wanted) continue;
        out += options.json ? json_of(row) : options.csv ? csv_of(row) : line_of(row);
    }
    if (out.empty()) {
        std::string shown;
        for (const auto& word : options.words) {
            shown += shown.empty() ? "\"" : " ";
            base::append_printable(shown, word, 60);
        }
        std::fprintf(stderr,
                     "turnaway codes: no code matches %s\"; expected a code (521, 5.1.10) or words "
                     "such as \"mailbox full\".\n",
                     shown.c_str());
        return base::exit_code(base::Fault::data);
    }
    if (options.csv) out.insert(0, csv_line(columns));
    return Output("turnaway codes").write(out) ? 0 : base::exit_code(base::Fault::io);
}

}  // namespace

Action add_codes(CLI::App& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command =
        program.add_subcommand("codes", "List reply codes and enhanced codes, or search them");
    command->get_help_ptr()->description("Print this help and exit");
    command->add_option("WORD", options->words,
                        "A code or a part of one, or a word of its title, meaning, sample text or "
                        "reference; all words must match");
    auto* json = command->add_flag("--json", options->json, "Write one JSON object for each code");
    command->add_flag("--csv", options->csv, "Write CSV with a header")->excludes(json);
    command->footer(
        "Example: turnaway codes mailbox\n"
        "         turnaway codes --csv > codes.csv\n"
        "Exit:    0 codes listed, 65 no code matches, 64 wrong command line\n"
        "Manual:  man turnaway-codes");
    return [options] { return list(*options); };
}

}  // namespace turnaway::cli
