#include "codes/stage.h"

#include <array>
#include <cstddef>

namespace turnaway::codes {
namespace {

struct StageRow {
    std::string_view name;
    std::string_view title;
};

// In the order of the enum.
constexpr std::array<StageRow, static_cast<std::size_t>(Stage::idle) + 1> rows{{
    {"", ""},
    {"lookup", "DNS lookup"},
    {"connect", "connection"},
    {"greeting", "greeting"},
    {"ehlo", "EHLO"},
    {"helo", "HELO"},
    {"starttls", "STARTTLS"},
    {"ehlo_in_tls", "EHLO in TLS"},
    {"auth", "AUTH"},
    {"mail", "MAIL"},
    {"rcpt", "RCPT"},
    {"data", "DATA"},
    {"content", "DATA"},
    {"final_dot", "DATA end"},
    {"idle", "QUIT"},
}};

}  // namespace

std::string_view name(Stage stage) {
    return rows.at(static_cast<std::size_t>(stage)).name;
}

std::string_view title(Stage stage) {
    return rows.at(static_cast<std::size_t>(stage)).title;
}

Stage answered_stage(Stage stage) {
    switch (stage) {
        case Stage::connect:
            return Stage::greeting;
        case Stage::helo:
        case Stage::ehlo_in_tls:
            return Stage::ehlo;
        case Stage::content:
            return Stage::final_dot;
        case Stage::lookup:
        case Stage::idle:
            return Stage::unknown;
        default:
            return stage;
    }
}

bool is_before_mail(Stage stage) {
    return stage == Stage::connect || stage == Stage::greeting || stage == Stage::ehlo ||
           stage == Stage::helo || stage == Stage::ehlo_in_tls;
}

}  // namespace turnaway::codes
