#include "example_daemon/config.h"

#include "settings/section_rows.h"

namespace turnaway::example {
namespace {

settings::Rows<Config> rows() {
    settings::Rows<Config> rows;
    settings::add_section(rows, &Config::process, settings::process_rows());
    settings::add_section(rows, &Config::listen, settings::listen_rows());
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

}  // namespace turnaway::example
