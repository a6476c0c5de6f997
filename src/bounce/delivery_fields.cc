#include "bounce/delivery_fields.h"

#include <algorithm>

#include "base/text.h"
#include "bounce/addresses.h"
#include "bounce/header.h"
#include "bounce/lines.h"
#include "codes/reply_line.h"

namespace turnaway::bounce {

namespace {

constexpr std::size_t recipients_max = 10000;

// The text after the type of a field: "dns; mx.example.org", "smtp; 550 No".
std::string_view after_type(std::string_view value) {
    const std::size_t semicolon = value.find(';');
    const std::string_view type =
        base::trim(value.substr(0, semicolon == std::string_view::npos ? 0 : semicolon));
    const bool is_type =
        !type.empty() && type.size() < 20 && !type.contains(' ') && !type.contains('.');
    return is_type ? base::trim(value.substr(semicolon + 1)) : base::trim(value);
}

// The host of "dns; mx.example.org. (192.0.2.1, the server of example.com)": RFC 3464 section 2.1.1
// lets a field have comments.
std::string host_of(std::string_view value) {
    const std::string_view name = after_type(value);
    std::string_view host = base::trim(name.substr(0, name.find(" (")));
    if (host.size() > 1 && host.ends_with('.')) host.remove_suffix(1);
    return std::string(host);
}

// The lines of a reply stay apart, other folds do not.
std::string diagnostic_of(std::string_view value) {
    Lines lines(after_type(value));
    std::string_view line;
    std::string out;
    while (lines.next(line)) {
        line = base::trim(line);
        if (line.empty()) continue;
        if (!out.empty()) out += codes::leading_code(line) ? '\n' : ' ';
        out += line;
    }
    return out;
}

std::string lower_word(std::string_view value) {
    std::string word(value.substr(0, value.find_first_of(" \t(;")));
    std::ranges::transform(word, word.begin(), base::to_lower);
    return word;
}

void take(DeliveryFields& fields, const Field& field) {
    const auto is = [&](std::string_view name) { return base::equal_no_case(field.name, name); };
    const auto value = [&] { return unfolded(field.value); };
    if (is("Reporting-MTA")) {
        fields.reporting_mta = host_of(value());
    } else if (is("Arrival-Date")) {
        fields.arrival_date = value();
    } else if (is("Original-Envelope-Id")) {
        fields.envelope_id = value();
    }
    if (fields.recipients.empty()) return;
    RecipientFields& recipient = fields.recipients.back();
    if (is("Final-Recipient") && recipient.final_recipient.empty()) {
        recipient.final_recipient = typed_address(value());
    } else if (is("Original-Recipient") && recipient.original_recipient.empty()) {
        recipient.original_recipient = typed_address(value());
    } else if (is("Action")) {
        recipient.action = lower_word(value());
    } else if (is("Status")) {
        recipient.status = value();
    } else if (is("Diagnostic-Code") && recipient.diagnostic.empty()) {
        recipient.diagnostic = diagnostic_of(field.value);
        recipient.is_of_program = base::starts_with_no_case(base::trim(field.value), "x-unix");
    } else if (is("Remote-MTA")) {
        recipient.remote = host_of(value());
    }
}

bool begins_recipient(const Field& field, const DeliveryFields& fields, bool is_new_group) {
    const auto is = [&](std::string_view name) { return base::equal_no_case(field.name, name); };
    const bool is_of_recipient = is("Final-Recipient") || is("Original-Recipient") ||
                                 is("Action") || is("Status") || is("Diagnostic-Code") ||
                                 is("Remote-MTA");
    if (!is_of_recipient) return false;
    if (fields.recipients.empty() || is_new_group) return true;
    return is("Final-Recipient") && !fields.recipients.back().final_recipient.empty();
}

}  // namespace

DeliveryFields read_delivery_fields(std::string_view text) {
    DeliveryFields fields;
    bool is_new_group = true;
    while (!text.empty()) {
        const Entity group = split_entity(text);
        // A line that is not a field is passed over.
        std::string_view rest = group.body;
        if (group.header.empty()) {
            Lines lines(group.body);
            std::string_view line;
            if (!lines.next(line)) break;
            rest = lines.rest();
        }
        for (const Field& field : group.fields.fields()) {
            if (begins_recipient(field, fields, is_new_group)) {
                if (fields.recipients.size() == recipients_max) return fields;
                fields.recipients.emplace_back();
                is_new_group = false;
            }
            take(fields, field);
        }
        is_new_group = true;
        text = rest;
    }
    return fields;
}

}  // namespace turnaway::bounce
