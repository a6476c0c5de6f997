// docs/park-findings.md and man/turnaway-findings.7 are the table of findings, row for row.
// TURNAWAY_WRITE_PAGES=1 writes them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "park/audit/finding.h"
#include "source_folder.h"

namespace turnaway::park {
namespace {

std::string page() {
    std::string out =
        "# Findings of `turnaway park audit`\n\n"
        "Ids are permanent; new ones may be added. The exit status is 1 if there is a finding of "
        "severity critical or warning. This page is made from `src/park/audit/finding.cc`:\n"
        "`TURNAWAY_WRITE_PAGES=1 build/release/bin/unit_park --gtest_filter=FindingsPage.*` "
        "writes it, and a test checks it.\n\n"
        "| id | severity | what it means | what to do | source |\n|---|---|---|---|---|\n";
    for (const FindingRow& row : finding_rows()) {
        std::string line = "| `";
        line += row.id;
        line += "` | ";
        line += name(row.severity);
        for (const auto part : {row.meaning, row.fix, row.source}) {
            line += " | ";
            line += part;
        }
        out += line + " |\n";
    }
    return out;
}

// As mdoc(7) reads it: a backslash begins an escape, and a line must not begin with a dot or quote.
std::string manual_text(std::string_view text) {
    std::string out;
    for (const char octet : text) {
        if (octet == '\\') {
            out += "\\e";
        } else if (octet == '-') {
            out += "\\-";
        } else {
            out += octet;
        }
    }
    return out;
}

std::string manual() {
    std::string out =
        ".\\\" Made from src/park/audit/finding.cc by tests/unit/park/findings_page_test.cc. "
        "Change "
        "that.\n"
        ".Dd November 30, 2026\n.Dt TURNAWAY-FINDINGS 7\n.Os turnaway\n.Sh NAME\n"
        ".Nm turnaway-findings\n.Nd findings of an audit of a domain without mail\n"
        ".Sh DESCRIPTION\nThese are the findings of\n.Xr turnaway-park 1\n"
        "audit, in its output, its JSON and its HTML page.\nIds are permanent; new ones may be "
        "added.\nThe exit status of an audit is 1 if there is a finding of severity critical or "
        "warning.\n";
    for (const Severity severity :
         {Severity::critical, Severity::warning, Severity::notice, Severity::info}) {
        std::string title(name(severity));
        for (char& letter : title) letter = static_cast<char>(letter - 'a' + 'A');
        out += ".Sh " + title + "\n.Bl -tag -width indent\n";
        for (const FindingRow& row : finding_rows()) {
            if (row.severity != severity) continue;
            out += ".It Li " + manual_text(row.id) + '\n';
            out += manual_text(row.meaning) + "\n" + manual_text(row.fix) + "\n.Pq ";
            out += manual_text(row.source) + '\n';
        }
        out += ".El\n";
    }
    return out + ".Sh SEE ALSO\n.Xr turnaway-park 1\n";
}

void hold(const std::string& file, const std::string& made) {
    const std::string path = source_folder() + '/' + file;
    if (std::getenv("TURNAWAY_WRITE_PAGES") != nullptr) std::ofstream(path) << made;
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    EXPECT_EQ(text.str(), made) << file;
}

TEST(FindingsPage, IsTheTable) {
    hold("docs/park-findings.md", page());
}
TEST(FindingsPage, ManualIsTheTable) {
    hold("man/turnaway-findings.7", manual());
}

TEST(FindingsPage, HasSentencesAndSources) {
    for (const FindingRow& row : finding_rows()) {
        EXPECT_TRUE(row.meaning.ends_with('.') && row.fix.ends_with('.')) << row.id;
        EXPECT_FALSE(row.source.empty()) << row.id;
        EXPECT_EQ(row.meaning.find('|'), std::string_view::npos) << row.id;
    }
}

}  // namespace
}  // namespace turnaway::park
