// Writes the report of `turnaway park audit` about a made portfolio to standard output, for the
// test that opens it in a browser: every state there is, long names, hostile text, and as many
// clean domains as the first argument says. The second is how many more have four findings each,
// for tests/bench/park_page.py.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "park/page/html_report.h"
#include "unit/park/audited.h"

namespace {

using turnaway::park::audited;
using turnaway::park::AuditOptions;

constexpr std::string_view good =
    "MX 0 .\nTXT \"v=spf1 -all\"\n_dmarc TXT \"v=DMARC1; p=reject; sp=reject; np=reject\"\n";

// Lines about one domain: a line without a name, or with one below it.
std::string zone_of(const std::string& domain, std::string_view lines) {
    std::string out;
    while (!lines.empty()) {
        const auto end = lines.find('\n');
        const std::string_view line = lines.substr(0, end);
        const bool is_below = line.starts_with('_') || line.starts_with("www");
        out += is_below ? std::string(line.substr(0, line.find(' '))) + '.' + domain +
                              std::string(line.substr(line.find(' ')))
                        : domain + ' ' + std::string(line);
        out += '\n';
        lines.remove_prefix(end + 1);
    }
    return out;
}

struct Made {
    std::string domain;
    std::string_view lines;
};

}  // namespace

int main(int argc, char** argv) {
    const int clean_count = argc > 1 ? std::atoi(argv[1]) : 3;
    turnaway::park::HtmlReport report(
        {.made = "2026-11-25 16:20 UTC", .made_by = "a test of turnaway"});
    const Made portfolio[] = {
        {"nothing-published.example", "A 192.0.2.1\nwww A 192.0.2.1\n"},
        {"dash.example",
         "MX 0 .\nTXT \"v=spf1 \xe2\x80\x93"
         "all\"\n_dmarc TXT \"v=DMARC1; p=none\"\n"},
        {"two-policies.example",
         "MX 0 .\nTXT \"v=spf1 -all\"\n_dmarc TXT \"v=DMARC1; p=reject\"\n_dmarc TXT "
         "\"v=DMARC1; p=none\"\n"},
        {"a-very-long-name-that-somebody-registered.because-others-were-taken.example",
         "MX 0 .\nMX 10 mx.old-provider.example\nTXT \"v=spf1 -all\"\n"},
        {"hostile.example",
         "MX 0 .\nTXT \"v=spf1 <script>document.title='taken'</script> -all\"\n_dmarc TXT "
         "\"v=DMARC1; p=reject; rua=mailto:x@hostile.example\"\n"},
        {"broken-dns.example", "SERVFAIL\n_dmarc SERVFAIL\n"},
        {"xn--bcher-kva.example",
         "MX 10 .\nTXT \"v=spf1 -all\"\n_dmarc TXT \"v=DMARC1; p=reject\"\n"},
    };
    for (const auto& made : portfolio) {
        report.add(audited(zone_of(made.domain, made.lines), AuditOptions{}, made.domain));
    }
    report.add_fault("not a domain", "A blank cannot stand in a domain.");
    for (int i = 0; i < clean_count; ++i) {
        const std::string domain = "clean-" + std::to_string(i) + ".example";
        report.add(audited(zone_of(domain, good), AuditOptions{}, domain));
    }
    const int broken_count = argc > 2 ? std::atoi(argv[2]) : 0;
    for (int i = 0; i < broken_count; ++i) {
        const std::string domain = "broken-" + std::to_string(i) + ".example";
        report.add(audited(zone_of(domain, portfolio[0].lines), AuditOptions{}, domain));
    }
    const std::string page = report.finish();
    return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() ? 0 : 1;
}
