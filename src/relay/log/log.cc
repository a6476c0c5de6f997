#include "relay/log/log.h"

#include <chrono>

#include "relay/log/log_form.h"

namespace turnaway::relay {

std::string_view name(DeliveryResult result) {
    switch (result) {
        case DeliveryResult::sent:
            return "sent";
        case DeliveryResult::bounced:
            return "bounced";
        case DeliveryResult::deferred:
            return "deferred";
    }
    return "";
}

std::string_view name(ReportKind kind) {
    switch (kind) {
        case ReportKind::failure:
            return "failure";
        case ReportKind::delay:
            return "delay";
        case ReportKind::success:
            return "success";
    }
    return "";
}

LogLevel level_of(const LogEvent& event) {
    if (std::holds_alternative<Connected>(event) || std::holds_alternative<Disconnected>(event)) {
        return LogLevel::debug;
    }
    const auto* service = std::get_if<daemon::ServiceEvent>(&event);
    return service != nullptr ? daemon::level_of(*service) : LogLevel::info;
}

std::string log_lines(const LogEvent& event, const LogStyle& style, LogTime now) {
    return style.form == LogForm::json ? json_lines(event, now) : text_lines(event, style, now);
}

void Log::write(const LogEvent& event) {
    if (!is_written(level_of(event))) return;
    write_lines(log_lines(event, style(), std::chrono::system_clock::now()));
}

}  // namespace turnaway::relay
