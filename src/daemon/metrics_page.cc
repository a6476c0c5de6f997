#include "daemon/metrics_page.h"

#include "base/text.h"

namespace turnaway::daemon {

void MetricsPage::add_head(std::string_view metric, std::string_view type, std::string_view help) {
    const std::string name = prefix_ + std::string(metric) + ' ';
    text_ += "# HELP " + name + std::string(help) + "\n# TYPE " + name + std::string(type) + '\n';
}

void MetricsPage::add_sample(std::string_view metric, std::string_view labels,
                             std::uint64_t value) {
    text_ += prefix_;
    text_ += metric;
    if (!labels.empty()) text_ += '{' + std::string(labels) + '}';
    text_ += ' ' + std::to_string(value) + '\n';
}

void MetricsPage::add_gauge(std::string_view metric, std::string_view help, std::uint64_t value,
                            std::string_view labels) {
    add_head(metric, "gauge", help);
    add_sample(metric, labels, value);
}

void MetricsPage::add_counter(
    std::string_view metric, std::string_view help,
    const std::map<std::string, std::uint64_t, std::less<>>& values_by_labels) {
    add_head(metric, "counter", help);
    for (const auto& [labels, value] : values_by_labels) add_sample(metric, labels, value);
}

void MetricsPage::add_process(std::uint64_t start_seconds, std::string_view version) {
    add_gauge("start_time_seconds", "When the daemon started, since 1970.", start_seconds);
    add_gauge("build_info", "The version, as a label.", 1,
              "version=\"" + label_value(version) + '"');
}

std::string label_value(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t length = base::utf8_sequence_bytes(text);
        const char c = text.front();
        if (length == 0) {
            out += "\xef\xbf\xbd";
        } else if (c == '\n') {
            out += "\\n";
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out += text.substr(0, length);
        }
        text.remove_prefix(length == 0 ? 1 : length);
    }
    return out;
}

}  // namespace turnaway::daemon
