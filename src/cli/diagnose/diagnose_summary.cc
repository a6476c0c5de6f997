#include "cli/diagnose/diagnose_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "base/printable.h"
#include "base/text.h"
#include "bounce/addresses.h"
#include "cli/bulk/csv.h"
#include "cli/common/fitted_text.h"

namespace turnaway::cli {

namespace {

constexpr std::size_t names_max = 100'000;
constexpr std::size_t name_columns = 30;
constexpr std::size_t bar_columns = 32;

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), base::to_lower);
    return out;
}

std::string bar(std::size_t value, std::size_t most) {
    std::string text;
    const std::size_t cells = std::min(bar_columns, (value * bar_columns + most - 1) / most);
    for (std::size_t i = 0; i < cells; ++i) text += "█";
    return text;
}

// The last two labels of a host's name: the provider that replied.
std::string provider_of(std::string_view host) {
    while (host.ends_with('.')) host.remove_suffix(1);
    const std::size_t last = host.rfind('.');
    if (last == std::string_view::npos || last == 0) return lower(host);
    const std::size_t before = host.rfind('.', last - 1);
    return lower(before == std::string_view::npos ? host : host.substr(before + 1));
}

}  // namespace

void DiagnoseSummary::count(Totals& totals, std::string_view name) {
    if (name.empty()) return;
    const auto known = totals.find(name);
    if (known != totals.end()) {
        ++known->second;
    } else if (totals.size() < names_max) {
        totals.emplace(name, 1);
    }
}

void DiagnoseSummary::add(const DiagnoseRow& row) {
    ++rows_;
    count(kinds_, bounce::name_of(row.kind()));
    if (row.recipient == nullptr ||
        (row.kind() != bounce::Kind::bounce && row.kind() != bounce::Kind::delay))
        return;
    const bounce::ReasonRow& reason = bounce::row_of(row.recipient->judgement.reason);
    count(reasons_, reason.name);
    count(actors_, reason.who_acts);
    count(domains_, lower(bounce::domain_of(row.recipient->recipient)));
    count(remotes_, provider_of(row.recipient->remote));
}

void DiagnoseSummary::append_table(std::string& out, std::string_view title, const Totals& totals,
                                   std::size_t rows_max, const Colours& colours) const {
    if (totals.empty()) return;
    std::vector<std::pair<std::string_view, std::size_t>> rows(totals.begin(), totals.end());
    std::ranges::sort(rows, [](const auto& a, const auto& b) {
        return std::tie(b.second, a.first) < std::tie(a.second, b.first);
    });
    const std::size_t most = rows.front().second;
    std::size_t rest = 0;
    for (std::size_t i = rows_max; i < rows.size(); ++i) rest += rows[i].second;
    out += fmt::format("{}{}{}\n", colours.label, title, colours.off);
    const auto line = [&](std::string_view name, std::size_t value) {
        std::string shown;
        base::append_printable(shown, name, 200);
        shown = cut_to(shown, name_columns);
        shown.append(name_columns - columns_of(shown), ' ');
        out += fmt::format("  {} {:>8}  {}\n", shown, value, bar(value, most));
    };
    for (std::size_t i = 0; i < std::min(rows_max, rows.size()); ++i)
        line(rows[i].first, rows[i].second);
    if (rest > 0) line(fmt::format("{} others", rows.size() - rows_max), rest);
    out += '\n';
}

void DiagnoseSummary::append(std::string& out, const Colours& colours) const {
    append_table(out, "Kind", kinds_, 9, colours);
    append_table(out, "Reason", reasons_, 20, colours);
    append_table(out, "Who acts", actors_, 9, colours);
    append_table(out, "Domain of the recipient", domains_, 10, colours);
    append_table(out, "Host that replied", remotes_, 10, colours);
}

void SuppressionList::add(const DiagnoseRow& row) {
    if (row.recipient == nullptr ||
        (row.kind() != bounce::Kind::bounce && row.kind() != bounce::Kind::complaint))
        return;
    const bounce::RecipientDiagnosis& recipient = *row.recipient;
    const bool is_final = recipient.permanence == bounce::Permanence::permanent ||
                          row.kind() == bounce::Kind::complaint;
    const bool is_sure = recipient.judgement.confidence != bounce::Confidence::low;
    const bool is_genuine = row.diagnosis.authentic != bounce::Authentic::no;
    if (bounce::row_of(recipient.judgement.reason).suppress_days == 0 || !is_final || !is_sure ||
        !is_genuine)
        return;
    if (!recipient.recipient.contains('@')) return;
    entries_.insert_or_assign(
        lower(recipient.recipient),
        Entry{recipient.judgement.reason, recipient.judgement.evidence.substr(0, 200)});
}

void SuppressionList::append(std::string& out, std::chrono::sys_days today) const {
    out += "address,reason,expires,evidence\n";
    for (const auto& [address, entry] : entries_) {
        const bounce::ReasonRow& reason = bounce::row_of(entry.reason);
        std::string shown, evidence;
        base::append_printable(shown, address, 400);
        base::append_printable(evidence, entry.evidence, 200);
        append_csv_cell(out, shown);
        const std::chrono::year_month_day expires(today + std::chrono::days(reason.suppress_days));
        out += fmt::format(",{},{:04}-{:02}-{:02},", reason.name, static_cast<int>(expires.year()),
                           static_cast<unsigned>(expires.month()),
                           static_cast<unsigned>(expires.day()));
        append_csv_cell(out, evidence);
        out += '\n';
    }
}

}  // namespace turnaway::cli
