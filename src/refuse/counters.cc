#include "refuse/counters.h"

#include <string_view>

namespace turnaway::refuse {

namespace {

template <std::size_t size>
void add_all(std::array<std::uint64_t, size>& sums, const std::array<Counter, size>& counters) {
    for (std::size_t i = 0; i < size; ++i) sums[i] += counters[i].value();
}

class Page {
  public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = "turnaway_refuse_" + std::string(name);
        text_ += "# HELP " + name_ + ' ' + std::string(help) + "\n# TYPE " + name_ + ' ' +
                 std::string(type) + '\n';
    }
    void sample(std::uint64_t value) { text_ += name_ + ' ' + std::to_string(value) + '\n'; }
    void sample(std::string_view label, std::string_view label_value, std::uint64_t value) {
        text_ += name_ + '{' + std::string(label) + "=\"" + std::string(label_value) + "\"} " +
                 std::to_string(value) + '\n';
    }
    // A metric with one sample.
    void single(std::string_view name, std::string_view type, std::string_view help,
                std::uint64_t value) {
        family(name, type, help);
        sample(value);
    }
    std::string take() { return std::move(text_); }

  private:
    std::string name_;
    std::string text_;
};

constexpr std::array<std::string_view, stages> reached_names{"connect", "helo", "mail", "rcpt"};

}  // namespace

void Totals::add(const Counters& counters) {
    add_all(connections, counters.connections);
    add_all(pressure, counters.pressure);
    add_all(refusals, counters.refusals);
    add_all(ended, counters.ended);
    add_all(reached, counters.reached);
    commands += counters.commands.value();
    recipients += counters.recipients.value();
    accept_failures += counters.accept_failures.value();
    log_lines_dropped += counters.log_lines_dropped.value();
    active += counters.active.value();
}

std::uint64_t Totals::all_connections() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : connections) sum += count;
    return sum;
}

std::string prometheus_text(const Totals& totals, const ServerFacts& facts) {
    Page page;
    page.family("connections_total", "counter", "Connections, by the stage chosen for the client.");
    for (std::size_t i = 0; i < stages; ++i) {
        page.sample("stage", smtp::name(static_cast<smtp::RefuseStage>(i)), totals.connections[i]);
    }
    page.family("pressure_total", "counter",
                "Connections that stage auto refused in the greeting, by the reason.");
    for (std::size_t i = 1; i < pressures; ++i) {
        page.sample("reason", name(static_cast<Pressure>(i)), totals.pressure[i]);
    }
    page.family("refusals_total", "counter",
                "Connections refused, by the command that got the first 521.");
    for (std::size_t i = 0; i < stages; ++i) {
        page.sample("at", smtp::name(static_cast<smtp::RefuseStage>(i)), totals.refusals[i]);
    }
    page.sample("at", "other", totals.refusals[refused_elsewhere]);
    page.family("ended_total", "counter", "Connections that ended, by the way they ended.");
    for (std::size_t i = 0; i < endings; ++i) {
        page.sample("how", name(static_cast<Ending>(i)), totals.ended[i]);
    }
    page.family("reached_total", "counter", "Connections that ended, by the last stage reached.");
    for (std::size_t i = 0; i < stages; ++i) {
        page.sample("command", reached_names[i], totals.reached[i]);
    }
    page.single("commands_total", "counter", "Commands of clients.", totals.commands);
    page.single("recipients_total", "counter", "Recipients clients named.", totals.recipients);
    page.single("accept_failures_total", "counter", "Connections that the system failed to accept.",
                totals.accept_failures);
    page.single("log_lines_dropped_total", "counter", "Log lines left out by sampling.",
                totals.log_lines_dropped);
    page.single("active_connections", "gauge", "Connections open now.", totals.active);
    page.single("uptime_seconds", "gauge", "Seconds since the start.", facts.uptime_seconds);
    page.single("start_time_seconds", "gauge", "When the server started, since 1970.",
                facts.start_seconds);
    page.family("build_info", "gauge", "The version, as a label.");
    page.sample("version", facts.version, 1);
    return page.take();
}

}  // namespace turnaway::refuse
