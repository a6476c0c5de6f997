// `turnaway demo`: sends five real messages through turnaway-relay on loopback and judges each; on
// a terminal it then stays up for the user's own messages.
//
// Exit status 0 if all five ended as expected and the programs ended cleanly, or if the reader of
// the output is gone; 1 if not, 64 for a wrong command line, 69 if a program or an address is
// missing, 74 if writing fails, 130, 131 or 143 if a signal came before the five were finished.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <csignal>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/common/command.h"
#include "cli/common/stop_signals.h"
#include "cli/common/terminal.h"
#include "cli/demo/cluster/demo_cluster.h"
#include "cli/demo/demo_environment.h"
#include "cli/demo/demo_mail.h"
#include "cli/demo/demo_page.h"
#include "cli/demo/demo_record.h"
#include "cli/demo/demo_run.h"
#include "cli/demo/demo_screen.h"
#include "cli/demo/demo_table.h"
#include "cli/demo/gate/demo_gate.h"
#include "cli/demo/keyboard.h"

namespace turnaway::cli {
namespace {

using namespace std::chrono_literals;

constexpr int exit_not_as_expected = 1;
constexpr int exit_signal = 128;       // plus its number
constexpr char end_of_input = '\x04';  // Ctrl-D
constexpr auto log_look = 50ms;

struct Options {
    bool is_once = false;
    bool gate = false;
    bool cluster = false;
    bool json = false;
    bool dialogues = false;
    std::string keep;
    std::string colour = "auto";
};

class Demo {
  public:
    explicit Demo(const Options& options)
        : options_(options),
          colours_(colours_for(options.colour)),
          page_(colours_),
          table_(colours_) {
        if (stays() && Keyboard::is_there()) stop_key_.emplace();
        signals_.emplace(std::initializer_list<int>{SIGQUIT});
    }

    int run() {
        auto environment = DemoEnvironment::open(options_.keep);
        if (!environment) return give_up(environment.error());
        environment_ = *std::move(environment);
        if (stop_key_) {
            keyboard_.emplace(*stop_key_,
                              [this](char key) { environment_->journal().add_key(key); });
        }
        if (!options_.json) say(DemoPage::begin(DemoScreen::columns()));
        const auto up = environment_->await_relay(signals_->token());
        if (!up) return is_over() ? finish(false, {}) : give_up(up.error());
        DemoRun run(environment_->relay(), environment_->journal(), signals_->token());
        for (const auto& each : demo_cases()) {
            if (!is_over()) run_case(run, each);
        }
        const bool were_all = !is_over();
        if (were_all && !options_.json) show_end();
        if (were_all && stays()) stay();
        screen_.set_foot({});
        auto fault = environment_->end_programs();
        if (were_all && !fault) fault = run.judge_again();
        return finish(were_all, fault);
    }

  private:
    bool is_over() const { return !screen_.is_open() || signals_->token().stop_requested(); }
    bool stays() const {
        return !options_.is_once && !options_.json && ::isatty(STDOUT_FILENO) != 0;
    }

    void run_case(DemoRun& run, const DemoCase& demo_case) {
        if (!options_.json) screen_.set_foot(table_.lines(DemoScreen::columns()));
        const auto& result = run.run(demo_case);
        if (is_over()) return;
        as_expected_ += result.fault ? 0 : 1;
        results_.push_back(&result);
        table_.add(result);
        show_case(results_.size());
        if (!result.fault) return;
        if (const auto fallen = environment_->fallen()) tell(*fallen);
    }

    void show_case(std::size_t number) {
        const auto& result = *results_[number - 1];
        const auto columns = DemoScreen::columns();
        if (options_.json) {
            say(record_of(result));
        } else if (options_.dialogues) {
            say(page_.case_as_a_whole(number, result, columns));
        } else {
            // Without a foot the row is printed now.
            const auto row = screen_.has_foot() ? std::string() : table_.row(number, columns)[0];
            say(page_.case_in_short(number, result, row, columns));
        }
    }

    // The last screen: the result, and what can be done next.
    void show_end() {
        const auto columns = DemoScreen::columns();
        screen_.set_foot({});
        std::string text;
        for (const auto& each : table_.lines(columns)) text += each + '\n';
        text += DemoPage::summary(table_, as_expected_, columns);
        if (stays()) text += page_.stay(*environment_, columns);
        say(text + DemoPage::next(columns));
    }

    void stay() {
        for (const auto* each : results_) {
            for (const auto& report : each->facts.reports) reports_.push_back(report);
        }
        environment_->take_log_lines();
        if (keyboard_) {
            const auto keys = page_.keys(DemoScreen::columns());
            say('\n' + (screen_.has_foot() ? "" : keys + '\n'));
            screen_.set_foot({keys});
        }
        while (!is_over()) {
            const auto news =
                environment_->journal().take(Steady::now() + log_look, signals_->token());
            for (const char key : news.keys) obey(key);
            for (const auto& arrival : news.arrivals) show_report(arrival);
            for (const auto& line : environment_->take_log_lines()) {
                if (const auto mail = mail_.read(line)) {
                    say(page_.mail_line(*mail, DemoScreen::columns()));
                }
            }
            // end_programs() reports which one, and its last output.
            if (environment_->fallen()) signals_->stop();
        }
    }

    void obey(char key) {
        const auto columns = DemoScreen::columns();
        if (key >= '1' && static_cast<std::size_t>(key - '1') < results_.size()) {
            const auto number = static_cast<std::size_t>(key - '0');
            say(page_.case_as_a_whole(number, *results_[number - 1], columns));
        } else if (key == 'r' && !reports_.empty()) {
            // The next one each time, in a cycle.
            say(page_.report(reports_[report_++ % reports_.size()], columns) + '\n');
        } else if (key == 'q' || key == end_of_input) {
            signals_->stop();
        } else if (key == Keyboard::came_back) {
            screen_.write_foot_anew();
        }
    }

    void show_report(const Arrival& arrival) {
        const auto report = read_report(arrival.content);
        if (!report) return;  // the log reports its delivery
        report_ = reports_.size();
        reports_.push_back(*report);
        say(page_.mail_line({.what = "report",
                             .about = fmt::format("{} <{}>", report->action, report->recipient),
                             .words = report->status + " " + report->subject},
                            DemoScreen::columns()));
    }

    static int give_up(const base::Error& error) {
        tell(error.message);
        return base::exit_code(error.fault);
    }

    int finish(bool were_all, const std::optional<std::string>& fault) {
        if (options_.json && were_all) {
            say(record_of_all(demo_cases().size(), as_expected_, fault));
        }
        if (fault) tell(*fault);
        if (screen_.fault()) {
            tell(*screen_.fault());
            return base::exit_code(base::Fault::io);
        }
        if (!screen_.is_open()) return 0;
        if (!were_all) return exit_signal + signals_->signal();
        return as_expected_ == demo_cases().size() && !fault ? 0 : exit_not_as_expected;
    }

    void say(const std::string& text) {
        screen_.print(text);
        if (!screen_.is_open()) signals_->stop();
    }

    static void tell(const std::string& words) {
        std::fprintf(stderr, "turnaway demo: %s\n", words.c_str());
    }

    const Options& options_;
    // Before any thread.
    std::optional<StopKey> stop_key_;
    std::optional<StopSignals> signals_;
    const Colours& colours_;
    DemoScreen screen_;
    DemoPage page_;
    DemoTable table_;
    DemoMail mail_;
    std::unique_ptr<DemoEnvironment> environment_;
    std::vector<const CaseResult*> results_;
    std::vector<DemoReport> reports_;
    std::size_t report_ = 0;  // the next one to show
    std::size_t as_expected_ = 0;
    std::optional<Keyboard> keyboard_;  // last: it passes its keys to the environment
};

}  // namespace

Action add_demo(CLI::App& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand(
        "demo", "Show five real messages going through turnaway-relay on this machine");
    command->get_help_ptr()->description("Print this help and exit");
    command->add_flag("--once", options->is_once,
                      "Exit after the five cases, as it does without a terminal");
    auto* gate = command->add_flag("--gate", options->gate,
                                   "Instead: two messages through the Postfix of this machine with "
                                   "turnaway-gate, then exit");
    auto* cluster = command->add_flag(
        "--cluster", options->cluster,
        "Instead: three relays with one queue in PostgreSQL, of which a server and a "
        "relay are killed, then exit");
    command->add_flag("--dialogues", options->dialogues,
                      "Show every line of each dialogue, not only the decisive ones");
    auto* json = command->add_flag("--json", options->json,
                                   "Write one JSON object for each case, then exit");
    cluster->excludes(gate)->excludes(json);
    command
        ->add_option("--keep", options->keep,
                     "Keep settings, queue and logs in this folder, which must be new or empty")
        ->type_name("FOLDER");
    command
        ->add_option("--color", options->colour, "Colours: auto (on a terminal), always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    command->footer(
        "Example: turnaway demo --once\n"
        "         turnaway demo --gate\n"
        "         turnaway demo --cluster\n"
        "         turnaway demo --json | jq -r 'select(.case) | [.case, .ending, .milliseconds] | "
        "@tsv'\n"
        "Exit:    0 all five cases ended as expected, 1 not all, 69 a program is missing\n"
        "Manual:  man turnaway-demo");
    return [options] {
        if (options->cluster) {
            return run_cluster_demo(options->keep, colours_for(options->colour));
        }
        if (options->gate) {
            return run_gate_demo({.keep = options->keep, .json = options->json},
                                 colours_for(options->colour));
        }
        return Demo(*options).run();
    };
}

}  // namespace turnaway::cli
