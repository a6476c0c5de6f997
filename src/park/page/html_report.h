// HtmlReport: the audits of many domains as one page, for a browser, a phone or an email.
//
// One file without external resources: style and script are inline, and its Content-Security-Policy
// blocks everything else. Complete without script: worst domains first, filtered by CSS; the script
// adds sorting, searching and copying. Each domain's findings are in <noscript>, which a browser
// with script keeps as text until they are opened: otherwise 5,000 domains would be 200,000
// elements. All text is escaped for HTML, and text from DNS is also made visible
// (base/printable.h). Known gap: the page is kept in memory, about 2 KiB per domain.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "park/audit/audit.h"

namespace turnaway::park {

struct HtmlReportHead {
    std::string title = "Domains without mail";
    std::string made;     // "2026-11-25 16:20 UTC"
    std::string made_by;  // "turnaway 0.1.0"
};

class HtmlReport {
  public:
    explicit HtmlReport(HtmlReportHead head) : head_(std::move(head)) {}

    void add(const AuditResult& result);
    // An input row that is not a domain.
    void add_fault(std::string_view input, std::string_view error);
    // The page, with the worst domains first.
    std::string finish();

  private:
    // The state of a domain, in the order of the page: failed lookups come after what is broken and
    // before what could be better. `invalid` is an input row that is not a domain.
    enum class State : std::uint8_t { critical, warning, invalid, unknown, notice, info, clean };
    static constexpr std::size_t state_count = 7;
    static std::string_view name(State state);
    static State state_of(const AuditResult& result);

    struct Entry {
        State state;
        std::size_t finding_count;
        std::string words;  // the domain as people read it, as HTML
        std::string sorted_by;
        std::string ids;      // of its findings, separated by spaces
        std::string cells;    // of the table, after the name
        std::string summary;  // next to the name in the heading of its findings
        std::string body;     // below that heading
    };

    std::size_t count(State state) const { return counts_[static_cast<std::size_t>(state)]; }
    void append_head(std::string& out) const;
    void append_first_sentence(std::string& out) const;
    void append_figures(std::string& out) const;
    void append_common(std::string& out) const;
    void append_table(std::string& out) const;
    void append_details(std::string& out) const;
    void append_meanings(std::string& out) const;

    HtmlReportHead head_;
    std::vector<Entry> entries_;
    std::array<std::size_t, state_count> counts_{};
    std::map<FindingKind, std::size_t> domains_by_finding_;
};

}  // namespace turnaway::park
