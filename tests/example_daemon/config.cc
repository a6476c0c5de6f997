#include "example_daemon/config.h"

#include <utility>

#include "settings/section_rows.h"
#include "verdict/network.h"

namespace turnaway::example {
namespace {

settings::Rows<Config> rows() {
    settings::Rows<Config> rows;
    settings::add_section(rows, &Config::process, settings::process_rows());
    settings::add_section(rows, &Config::listen, settings::listen_rows());
    settings::add_section(rows, &Config::dns, settings::dns_rows());
    settings::add_section(rows, &Config::verdict, settings::verdict_rows());
    settings::add_section(rows, &Config::control, settings::control_rows("/run/example.sock"));
    settings::add_section(rows, &Config::metrics, settings::metrics_rows());
    settings::add_section(rows, &Config::log, settings::log_rows());
    settings::add_section(rows, &Config::user, settings::user_rows());
    settings::add_section(rows, &Config::answer,
                          {settings::row({.section = "answer",
                                          .key = "word",
                                          .form = settings::Form::text,
                                          .standard = "\"hello\"",
                                          .description = "What each answer begins with."},
                                         &AnswerConfig::word)});
    return rows;
}

std::vector<settings::Conflict> conflicts(const Config&) {
    return {};
}

}  // namespace

const settings::Schema<Config>& schema() {
    static const settings::Schema<Config> schema(rows(), conflicts);
    return schema;
}

// Every client may send to every domain: what is left to refuse is what cannot be delivered.
std::shared_ptr<const Rules> make_rules(Config config) {
    auto judging = judge::rules_of(config.verdict);
    for (const char* everybody : {"0.0.0.0/0", "::/0"}) {
        judging.policy.networks.push_back(verdict::Network::parse(everybody).value());
    }
    return std::make_shared<const Rules>(
        Rules{std::move(config), std::make_shared<const judge::Rules>(std::move(judging))});
}

}  // namespace turnaway::example
