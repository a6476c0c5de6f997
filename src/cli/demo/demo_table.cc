#include "cli/demo/demo_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cli/demo/demo_peers.h"

namespace turnaway::cli {
namespace {

constexpr std::string_view under_way = "...";

std::string code_of(const CaseResult& result) {
    const auto ending = ending_of(result.facts);
    if (ending == Ending::refused) {
        const auto& enhanced = result.facts.reply_enhanced;
        return result.facts.reply->text() + (enhanced ? ' ' + enhanced->text() : "");
    }
    return ending == Ending::reported ? result.facts.reports.front().status : "";
}

bool is_delayed(const CaseResult& result) {
    return ending_of(result.facts) == Ending::delayed;
}

// What turnaway did, for the second column.
std::string what_of(const CaseResult& result) {
    const auto ending = ending_of(result.facts);
    if (!ending) return "no result";
    const std::string time = time_text(result.milliseconds().value_or(0));
    std::string what = is_delayed(result)
                           ? fmt::format("queued; notice sent {} *", time)
                           : fmt::format("{:<10}{:>6}  {}", name(*ending), time, code_of(result));
    if (result.fault) what = "FAULT: " + what;
    while (what.ends_with(' ')) what.pop_back();
    return what;
}

}  // namespace

std::string time_text(double milliseconds) {
    if (milliseconds < 999.5) {
        return fmt::format("{} ms", std::max(1L, std::lround(milliseconds)));
    }
    const long tenths = std::lround(milliseconds / 100);
    if (tenths % 10 == 0) return fmt::format("{} s", tenths / 10);
    return fmt::format("{}.{} s", tenths / 10, tenths % 10);
}

std::vector<std::string> DemoTable::row_of(std::size_t index, std::string_view what,
                                           std::size_t columns) const {
    const auto& demo_case = demo_cases()[index];
    const std::string head =
        fmt::format("{} {:<21} ", index + 1, fmt::format("bob@{}", demo_case.domain));
    const std::string mine = fmt::format("{}{}{}", colours_.answer, what, colours_.off);
    const auto others =
        index < results_.size() ? slowest_of_others(demo_case.name) : std::string_view();
    if (columns < wide_columns) return {head + mine, fmt::format("    {}", others)};
    const std::size_t gap = what.size() < 31 ? 31 - what.size() : 2;
    return {fmt::format("{}{}{:{}}{}", head, mine, "", gap, others)};
}

std::vector<std::string> DemoTable::row(std::size_t number, std::size_t columns) const {
    return row_of(number - 1, what_of(*results_.at(number - 1)), columns);
}

std::vector<std::string> DemoTable::lines(std::size_t columns) const {
    const auto head = [&](const std::string& text) {
        return fmt::format("{}{}{}", colours_.label, text, colours_.off);
    };
    const std::string others = fmt::format("slowest of {} others", other_servers_count());
    std::vector<std::string> lines;
    if (columns < wide_columns) {
        lines = {head(fmt::format("  {:<22}turnaway / {}", "to", others))};
    } else {
        lines = {head(fmt::format("  {:<22}{:<31}{}", "to", "turnaway", others))};
    }
    for (std::size_t i = 0; i < demo_cases().size(); ++i) {
        const std::string what = i < results_.size()    ? what_of(*results_[i])
                                 : i == results_.size() ? std::string(under_way)
                                                        : std::string();
        for (auto& each : row_of(i, what, columns)) lines.push_back(std::move(each));
    }
    return lines;
}

bool DemoTable::has_shortened() const {
    return std::ranges::any_of(results_, [](const auto* each) { return is_delayed(*each); });
}

}  // namespace turnaway::cli
