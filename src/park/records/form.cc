#include "park/records/form.h"

#include <array>

#include "base/check.h"
#include "park/records/form_part.h"

namespace turnaway::park {
namespace {

constexpr std::array<std::string_view, 7> names{"zone",       "table",     "json",    "octodns",
                                                "dnscontrol", "terraform", "nsupdate"};

}  // namespace

std::string_view name(Form form) {
    return names[static_cast<std::size_t>(form)];
}

std::optional<Form> find_form(std::string_view name) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        if (names[i] == name) return static_cast<Form>(i);
    }
    return std::nullopt;
}

void FormWriter::begin(std::string& out) const {
    if (settings_.form != Form::terraform) return;
    TURNAWAY_CHECK(settings_.terraform != nullptr);
    append_terraform_head(out, *settings_.terraform);
}

void FormWriter::add(std::string& out, const Plan& plan) {
    const bool is_first = !has_plan_;
    has_plan_ = true;
    const bool is_apart = settings_.form != Form::json && settings_.form != Form::octodns;
    if (!is_first && is_apart) out += '\n';
    switch (settings_.form) {
        case Form::zone:
            return append_zone_text(out, plan, settings_);
        case Form::table:
            return append_table(out, plan, settings_);
        case Form::json:
            return append_json(out, plan);
        case Form::octodns:
            for (const auto& record : plan.records) {
                octodns_zones_[record.zone.text()].push_back(record);
            }
            return;
        case Form::dnscontrol:
            return append_dnscontrol(out, plan, settings_);
        case Form::terraform:
            return append_terraform(out, plan, settings_);
        case Form::nsupdate:
            return append_nsupdate(out, plan, settings_);
    }
}

void FormWriter::finish(std::string& out) const {
    for (const auto& [zone, records] : octodns_zones_) append_octodns(out, zone, records);
}

}  // namespace turnaway::park
