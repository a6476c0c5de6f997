// The page of an audit: its figures, its order, and that nothing foreign gets through unescaped.
// How a browser shows it is for tests/live/park_report_test.py.
#include "park/page/html_report.h"

#include <gtest/gtest.h>

#include <string>

#include "park/page/html_text.h"
#include "unit/park/audited.h"

namespace turnaway::park {
namespace {

std::string page_of(const std::vector<AuditResult>& results) {
    HtmlReport report({.title = "Our <domains>", .made = "2026-11-25", .made_by = "a test"});
    for (const auto& result : results) report.add(result);
    return report.finish();
}

AuditResult with(std::string_view name, std::vector<Finding> findings,
                 std::vector<UnknownThing> unknown = {}) {
    return {.domain = domain(name), .findings = std::move(findings), .unknown = std::move(unknown)};
}

bool has(const std::string& page, std::string_view text) {
    return page.find(text) != std::string::npos;
}

TEST(HtmlText, EverythingThatMeansSomethingIsEscaped) {
    EXPECT_EQ(html("<b a=\"'\">&amp;</b>"), "&lt;b a=&quot;&#39;&quot;&gt;&amp;amp;&lt;/b&gt;");
    EXPECT_EQ(html("v=spf1 \xe2\x80\x93"
                   "all"),
              "v=spf1 \xe2\x80\x93"
              "all");
    EXPECT_EQ(html("\x1b[2J\xff"), "\\x1b[2J\\xff");
    EXPECT_FALSE(has(html("\xe2\x80\xae"), "\xe2\x80\xae"));  // writes the rest from right to left
}

TEST(HtmlReport, CountsDomainsByTheirWorst) {
    const std::string page = page_of({
        with("a.example", {{FindingKind::dmarc_missing, "a.example", "none"},
                           {FindingKind::mx_implicit, "a.example", "none"}}),
        with("b.example", {}),
        with("c.example", {}),
        with("d.example", {}, {{"d.example", "MX", "no answer within the timeout"}}),
    });
    EXPECT_TRUE(has(page, "for=\"show-all\"><b>4</b>"));
    EXPECT_TRUE(has(page, "for=\"show-clean\"><b>2</b>"));
    EXPECT_TRUE(has(page, "for=\"show-unknown\"><b>1</b>"));
    EXPECT_TRUE(has(page, "MX of d.example: no answer within the timeout"));
}

TEST(HtmlReport, WorstComesFirstAndEqualsByName) {
    const std::string page = page_of({
        with("z.example", {}),
        with("unknown.example", {}, {{"u", "MX", "r"}}),
        with("b.example", {{FindingKind::mx_implicit, "b.example", "e"}}),
        with("a.example", {{FindingKind::mx_implicit, "a.example", "e"}}),
        with("c.example", {{FindingKind::mx_implicit, "c.example", "e"},
                           {FindingKind::spf_missing, "c.example", "e"}}),
    });
    std::size_t at = 0;
    for (const auto* name :
         {"c.example", "a.example", "b.example", "unknown.example", "z.example"}) {
        const auto next = page.find("\"><th scope=\"row\"><a href=\"#d", at);
        ASSERT_NE(next, std::string::npos);
        at = page.find('>', page.find("<a href", next)) + 1;
        EXPECT_EQ(page.substr(at, page.find('<', at) - at), name);
    }
}

TEST(HtmlReport, NothingForeignGetsThrough) {
    const std::string bad = "</script><script>alert(1)</script><img src=x onerror='a'>\x1b[0m";
    const std::string page = page_of(
        {with("a.example", {{FindingKind::spf_syntax, bad, bad, {bad, bad}}}, {{bad, bad, bad}})});
    EXPECT_FALSE(has(page, "<script>alert"));
    EXPECT_FALSE(has(page, "<img"));
    EXPECT_FALSE(has(page, "\x1b"));
    EXPECT_TRUE(has(page, "&lt;/script&gt;&lt;script&gt;alert(1)"));
    EXPECT_TRUE(has(page, "<title>Our &lt;domains&gt;</title>"));
}

TEST(HtmlReport, AFindingSaysWhatToDo) {
    const std::string page = page_of({audited("x.example A 192.0.2.1\n")});
    for (const auto& id : {"mx-implicit", "spf-missing", "dmarc-missing"}) {
        const FindingRow* row = find_finding(id);
        ASSERT_NE(row, nullptr) << id;
        EXPECT_TRUE(has(page, html(row->fix))) << id;
        EXPECT_TRUE(has(page, html(row->source))) << id;
    }
}

TEST(HtmlReport, TheFirstSentenceCounts) {
    EXPECT_TRUE(
        has(page_of({with("a.example", {{FindingKind::mx_implicit, "a.example", "e"}}),
                     with("b.example", {{FindingKind::spf_missing, "b.example", "e"}}),
                     with("c.example", {}), with("d.example", {}),
                     with("e.example", {{FindingKind::mta_sts_left, "e.example", "e"}}),
                     with("f.example", {}, {{"f.example", "MX", "r"}})}),
            "<p class=\"first\">2 of 6 domains lose mail or can be forged; 2 are in order. 1 "
            "could be better. Lookups failed for 1.</p>"));
    EXPECT_TRUE(has(page_of({with("a.example", {{FindingKind::mx_implicit, "a.example", "e"}})}),
                    "1 of 1 domain loses mail or can be forged; 0 are in order.</p>"));
}

TEST(HtmlReport, ARowThatIsNotADomainStays) {
    HtmlReport report({.made = "2026-11-25", .made_by = "a test"});
    report.add(with("a.example", {}));
    report.add_fault("<a b>", "A blank & more");
    const std::string page = report.finish();
    EXPECT_TRUE(has(page,
                    "0 of 1 domain lose mail or can be forged; 1 is in order. 1 row of the "
                    "list is not a domain.</p>"));
    EXPECT_TRUE(has(page, "for=\"show-invalid\"><b>1</b>"));
    EXPECT_TRUE(has(page, "&lt;a b&gt;</a></th><td class=\"worst invalid\""));
    EXPECT_TRUE(has(page, "<p>A blank &amp; more</p>"));
    EXPECT_FALSE(has(page_of({with("a.example", {})}), "show-invalid\"><b>"));
}

TEST(HtmlReport, SeveralRowsAreNotDomains) {
    HtmlReport report({.made = "2026-11-25", .made_by = "a test"});
    report.add_fault("a b", "a blank");
    report.add_fault("c d", "a blank");
    EXPECT_TRUE(has(report.finish(), " 2 rows of the list are not domains.</p>"));
}

TEST(HtmlReport, RecordsStandTogetherByZone) {
    const std::string mx = "a.example. 3600 IN MX 0 .";
    const std::string spf = "a.example. 3600 IN TXT \"v=spf1 -all\"";
    const std::string permission =
        "a.example._report._dmarc.reports.example. 3600 IN TXT \"v=DMARC1\"";
    const std::string page = page_of(
        {with("a.example", {{FindingKind::mx_implicit, "a.example", "e", {mx}},
                            {FindingKind::spf_syntax, "a.example", "e", {spf}},
                            {FindingKind::rua_not_authorised, "a.example", "e", {permission}},
                            {FindingKind::spf_no_all, "a.example", "e", {spf}}})});
    EXPECT_TRUE(has(page, "<h4>Records for the zone a.example</h4>\n<pre>" + html(mx) + '\n' +
                              html(spf) + "\n</pre>"));
    EXPECT_TRUE(has(page, "<h4>Records for the zone reports.example</h4>\n<pre>" +
                              html(permission) + "\n</pre>"));
}

TEST(HtmlReport, WhatIsWrongMostIsByCountAndLinked) {
    const std::string page =
        page_of({with("a.example", {{FindingKind::mx_implicit, "a.example", "e"},
                                    {FindingKind::spf_missing, "a.example", "e"},
                                    {FindingKind::spf_missing, "www.a.example", "e"}}),
                 with("b.example", {{FindingKind::spf_missing, "b.example", "e"}})});
    const auto spf = page.find("data-finding=\"spf-missing\">2</a>");
    const auto mx = page.find("data-finding=\"mx-implicit\">1</a>");
    ASSERT_NE(spf, std::string::npos);
    EXPECT_LT(spf, mx);
    EXPECT_TRUE(has(page, "data-ids=\"mx-implicit spf-missing\""));
}

TEST(HtmlReport, AlsoWithoutDomains) {
    const std::string page = page_of({});
    EXPECT_TRUE(has(page, "for=\"show-all\"><b>0</b>"));
    EXPECT_TRUE(page.ends_with("</html>\n"));
}

}  // namespace
}  // namespace turnaway::park
