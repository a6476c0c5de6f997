#include "smtp/parameters.h"

#include <algorithm>
#include <limits>

#include "base/limits.h"
#include "base/text.h"

namespace turnaway::smtp {

namespace {

using base::equal_no_case;

constexpr std::size_t size_digits_max = 20;  // RFC 1870 section 4

// xtext: printable ASCII except "+" and "=", or "+" and two capital hexadecimal digits (RFC 3461
// section 4). An ORCPT of type utf-8 may contain UTF-8 unencoded (RFC 6533 section 3).
bool is_xtext(std::string_view text, bool allow_utf8) {
    const auto is_hex = [](char c) { return base::is_digit(c) || (c >= 'A' && c <= 'F'); };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '+') {
            if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
            i += 2;
        } else if (c == '=' || c == ' ' || base::is_control(c) ||
                   (!base::is_ascii(c) && !allow_utf8)) {
            return false;
        }
    }
    return !text.empty() && base::is_utf8(text);
}

bool has_duplicates(std::span<const Parameter> parameters) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (equal_no_case(parameters[i].keyword, parameters[j].keyword)) return true;
        }
    }
    return false;
}

using Outcome = std::expected<void, ParameterError>;

constexpr auto syntax_error = std::unexpected(ParameterError::syntax);

Outcome take_mail_parameter(const Parameter& parameter, MailParameters* result) {
    const std::string_view value = parameter.value;
    if (equal_no_case(parameter.keyword, "SIZE")) {
        if (value.empty() || value.size() > size_digits_max) return syntax_error;
        if (!std::ranges::all_of(value, base::is_digit)) return syntax_error;
        // Twenty digits can exceed 64 bits: too big, but not a syntax error.
        result->size_bytes =
            base::parse_unsigned(value).value_or(std::numeric_limits<std::uint64_t>::max());
        return {};
    }
    if (equal_no_case(parameter.keyword, "BODY")) {
        if (equal_no_case(value, "7BIT")) result->body = mail::Body::seven_bit;
        if (equal_no_case(value, "8BITMIME")) result->body = mail::Body::eight_bit_mime;
        if (equal_no_case(value, "BINARYMIME")) result->body = mail::Body::binary_mime;
        return result->body ? Outcome() : syntax_error;
    }
    if (equal_no_case(parameter.keyword, "RET")) {
        if (equal_no_case(value, "FULL")) result->ret = mail::Return::full;
        if (equal_no_case(value, "HDRS")) result->ret = mail::Return::headers;
        return result->ret ? Outcome() : syntax_error;
    }
    if (equal_no_case(parameter.keyword, "ENVID")) {
        if (value.size() > base::limits::envid_bytes_max || !is_xtext(value, false))
            return syntax_error;
        result->envid = value;
        return {};
    }
    if (equal_no_case(parameter.keyword, "SMTPUTF8")) {
        if (parameter.has_value) return syntax_error;
        result->needs_smtputf8 = true;
        return {};
    }
    return std::unexpected(ParameterError::unknown);
}

// `NEVER`, or any of the other three separated by commas (RFC 3461 section 4.1).
Outcome take_notify(std::string_view value, mail::Notify* notify) {
    if (equal_no_case(value, "NEVER")) {
        notify->never = true;
        return {};
    }
    while (true) {
        const std::size_t comma = value.find(',');
        const std::string_view word = value.substr(0, comma);
        bool* flag = equal_no_case(word, "SUCCESS")   ? &notify->success
                     : equal_no_case(word, "FAILURE") ? &notify->failure
                     : equal_no_case(word, "DELAY")   ? &notify->delay
                                                      : nullptr;
        if (flag == nullptr || *flag) return syntax_error;
        *flag = true;
        if (comma == std::string_view::npos) return {};
        value.remove_prefix(comma + 1);
    }
}

Outcome take_rcpt_parameter(const Parameter& parameter, RcptParameters* result) {
    if (equal_no_case(parameter.keyword, "NOTIFY")) {
        return take_notify(parameter.value, &result->notify.emplace());
    }
    if (equal_no_case(parameter.keyword, "ORCPT")) {
        const std::string_view value = parameter.value;
        const std::size_t semicolon = value.find(';');
        if (semicolon == std::string_view::npos || semicolon == 0) return syntax_error;
        result->original_type = value.substr(0, semicolon);
        result->original_address = value.substr(semicolon + 1);
        const bool is_utf8_type = equal_no_case(result->original_type, "utf-8");
        const bool is_well_formed = value.size() <= base::limits::orcpt_bytes_max &&
                                    is_xtext(result->original_type, false) &&
                                    is_xtext(result->original_address, is_utf8_type);
        return is_well_formed ? Outcome() : syntax_error;
    }
    return std::unexpected(ParameterError::unknown);
}

}  // namespace

std::expected<MailParameters, ParameterError> parse_mail_parameters(
    std::span<const Parameter> parameters) {
    if (has_duplicates(parameters)) return syntax_error;
    MailParameters result;
    for (const Parameter& parameter : parameters) {
        const auto taken = take_mail_parameter(parameter, &result);
        if (!taken) return std::unexpected(taken.error());
    }
    return result;
}

std::expected<RcptParameters, ParameterError> parse_rcpt_parameters(
    std::span<const Parameter> parameters) {
    if (has_duplicates(parameters)) return syntax_error;
    RcptParameters result;
    for (const Parameter& parameter : parameters) {
        const auto taken = take_rcpt_parameter(parameter, &result);
        if (!taken) return std::unexpected(taken.error());
    }
    return result;
}

}  // namespace turnaway::smtp
