#include "cli/demo/gate/demo_gate.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "base/printable.h"
#include "base/result.h"
#include "cli/common/fitted_text.h"
#include "cli/common/stop_signals.h"
#include "cli/demo/demo_page.h"
#include "cli/demo/demo_record.h"
#include "cli/demo/demo_run.h"
#include "cli/demo/demo_screen.h"
#include "cli/demo/gate/demo_gate_environment.h"

namespace turnaway::cli {
namespace {

constexpr int exit_not_as_expected = 1;
constexpr int exit_signal = 128;  // plus its number
constexpr std::size_t log_line_bytes_max = 2000;

void tell(const std::string& words) {
    std::fprintf(stderr, "turnaway demo: %s\n", words.c_str());
}

std::string log_text(const std::vector<std::string>& lines, const Colours& colours,
                     std::size_t columns) {
    std::string out = fmt::format("  {}In the logs:{}\n", colours.label, colours.off);
    for (const auto& line : lines) {
        std::string words;
        base::append_printable(words, line, log_line_bytes_max);
        out += wrapped(words, "  ", "    ", columns);
    }
    return out;
}

std::string page_of(const std::vector<const CaseResult*>& results, std::size_t as_expected,
                    const std::vector<std::string>& log, const Colours& colours) {
    const auto columns = DemoScreen::columns();
    const DemoPage page(colours);
    std::string out = wrapped(
        "Two real messages from ann@sender.example go to the Postfix of this machine, started "
        "apart from its own settings, which asks turnaway-gate about each recipient.",
        "", columns);
    for (std::size_t i = 0; i < results.size(); ++i) {
        out += page.case_as_a_whole(i + 1, *results[i], columns);
    }
    out += log_text(log, colours, columns);
    out += as_expected == results.size() ? "\nBoth ended as they should.\n"
                                         : fmt::format("\n{} of {} cases ended as they should.\n",
                                                       as_expected, results.size());
    return out + "\nNext: man turnaway-gate     turnaway doctor --gate\n";
}

}  // namespace

int run_gate_demo(const GateDemoOptions& options, const Colours& colours) {
    const StopSignals signals;
    const auto environment = GateEnvironment::open(options.keep);
    if (!environment) {
        tell(environment.error().message);
        return base::exit_code(environment.error().fault);
    }
    DemoRun run((*environment)->server(), (*environment)->journal(), signals.token());
    std::vector<const CaseResult*> results;
    std::size_t as_expected = 0;
    for (const auto& each : gate_demo_cases()) {
        results.push_back(&run.run(each));
        if (signals.token().stop_requested()) return exit_signal + signals.signal();
        as_expected += results.back()->fault ? 0 : 1;
    }
    auto fault = (*environment)->end_programs();
    if (!fault) fault = run.judge_again();
    DemoScreen screen;
    if (options.json) {
        for (const auto* each : results) screen.print(record_of(*each));
        screen.print(record_of_all(results.size(), as_expected, fault));
    } else {
        screen.print(page_of(results, as_expected, (*environment)->refusals_logged(), colours));
    }
    if (fault) tell(*fault);
    if (screen.fault()) {
        tell(*screen.fault());
        return base::exit_code(base::Fault::io);
    }
    return as_expected == results.size() && !fault ? 0 : exit_not_as_expected;
}

}  // namespace turnaway::cli
