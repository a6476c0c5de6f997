// `turnaway demo`: five real messages through turnaway-relay on loopback, each judged, shown as
// they go; on a terminal it then stays up for the user's own.
//
// Exit 0 when all five ended as they should and the programs ended cleanly, 1 when not, 64 for a
// wrong command line, 69 when a program or an address is missing, 74 when writing fails, 130 or 143
// when a signal came before the five were through.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "base/result.h"
#include "cli/command.h"
#include "cli/demo_page.h"
#include "cli/demo_record.h"
#include "cli/demo_run.h"
#include "cli/demo_scene.h"
#include "cli/stop_signals.h"
#include "cli/terminal.h"

namespace turnaway::cli {
namespace {

using namespace std::chrono_literals;

constexpr int exit_not_as_expected = 1;
constexpr int exit_signal = 128;  // plus its number

struct Options {
    bool is_once = false;
    bool json = false;
    std::string keep;
    std::string colour = "auto";
};

class Demo {
  public:
    explicit Demo(const Options& options)
        : options_(options), page_(wants_colour(options.colour) ? ansi_colours : no_colours) {}

    int run() {
        auto scene = DemoScene::open(options_.keep);
        if (!scene) return give_up(scene.error());
        scene_ = *std::move(scene);
        if (!options_.json) say(page_.begin());
        if (const auto up = scene_->await_relay(signals_.token()); !up && !is_over()) {
            return give_up(up.error());
        }
        DemoRun run(*scene_, signals_.token(), [this](const auto& result, const auto& line) {
            if (!options_.json) say(page_.line(line, result.begin));
        });
        for (std::size_t i = 0; i < demo_cases().size() && !is_over(); ++i) run_case(run, i);
        const bool were_all = !is_over();
        if (were_all && stays()) stay();
        auto fault = scene_->end_programs();
        if (were_all && !fault) fault = run.judge_again();
        return finish(were_all, fault);
    }

  private:
    bool is_over() const { return has_output_failed_ || signals_.token().stop_requested(); }
    bool stays() const {
        return !options_.is_once && !options_.json && ::isatty(STDOUT_FILENO) != 0;
    }

    void run_case(DemoRun& run, std::size_t index) {
        const auto& demo_case = demo_cases()[index];
        if (!options_.json) say(page_.begin_case(index + 1, demo_cases().size(), demo_case));
        const auto& result = run.run(demo_case);
        if (is_over()) return;
        as_expected_ += result.fault ? 0 : 1;
        say(options_.json ? record_of(result) : page_.end_case(result));
        if (!result.fault) return;
        if (const auto fallen = scene_->fallen()) tell(*fallen);
    }

    void stay() {
        say(page_.end(as_expected_) + page_.stay(*scene_));
        const auto since = Steady::now();
        while (!is_over()) {
            const auto news = scene_->journal().take(Steady::now() + 1s, signals_.token());
            for (const auto& line : news.lines) say(page_.line(line, since));
            for (const auto& arrival : news.arrivals) say(page_.arrival(arrival, since));
            if (news.left_out > 0) say(fmt::format("({} more were not kept)\n", news.left_out));
            // end_programs() says which, and its last words.
            if (scene_->fallen()) signals_.stop();
        }
    }

    static int give_up(const base::Error& error) {
        tell(error.message);
        return base::exit_code(error.fault);
    }

    int finish(bool were_all, const std::optional<std::string>& fault) {
        if (options_.json && were_all) {
            say(record_of_all(demo_cases().size(), as_expected_, fault));
        } else if (were_all && !stays()) {
            say(page_.end(as_expected_));
        }
        if (fault) tell(*fault);
        if (has_output_failed_) return base::exit_code(base::Fault::io);
        if (!were_all) return exit_signal + signals_.signal();
        return as_expected_ == demo_cases().size() && !fault ? 0 : exit_not_as_expected;
    }

    void say(const std::string& text) {
        if (has_output_failed_) return;
        if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
            std::fflush(stdout) == 0) {
            return;
        }
        tell(std::string("cannot write: ") + std::strerror(errno));
        has_output_failed_ = true;
        signals_.stop();
    }

    static void tell(const std::string& words) {
        std::fprintf(stderr, "turnaway demo: %s\n", words.c_str());
    }

    const Options& options_;
    StopSignals signals_;
    DemoPage page_;
    std::unique_ptr<DemoScene> scene_;
    std::size_t as_expected_ = 0;
    bool has_output_failed_ = false;
};

}  // namespace

Action add_demo(CLI::App& program) {
    auto options = std::make_shared<Options>();
    CLI::App* command = program.add_subcommand(
        "demo", "Show five real messages going through turnaway-relay on this machine");
    command->get_help_ptr()->description("Print this help and end");
    command->add_flag("--once", options->is_once,
                      "End after the five cases; so it does when standard output is no terminal");
    command->add_flag("--json", options->json, "Write one JSON object for each case, then end");
    command
        ->add_option("--keep", options->keep,
                     "Keep settings, queue and logs in this folder, which must be new or empty")
        ->type_name("DIR");
    command->add_option("--color", options->colour, "Colours: auto, always or never")
        ->check(CLI::IsMember({"auto", "always", "never"}));
    command->footer(
        "Example: turnaway demo --once\n"
        "         turnaway demo --json | jq -r 'select(.case) | [.case, .ending, .milliseconds] | "
        "@tsv'\n"
        "Exit:    0 all five ended as they should, 1 not so, 69 a program is missing\n"
        "Manual:  man turnaway-demo");
    return [options] { return Demo(*options).run(); };
}

}  // namespace turnaway::cli
