#include "mail/author_domain.h"

#include <cstddef>
#include <string>

#include "base/text.h"
#include "mail/header_fields.h"

namespace turnaway::mail {
namespace {

constexpr std::string_view field_name = "From";

// Reads the value octet by octet; a mailbox ends at a comma or semicolon outside all quoting.
class MailboxScan {
  public:
    void take(char c);
    // Nothing unless every mailbox had the same domain.
    std::optional<Domain> finish();

  private:
    bool take_quoted(char c);
    void end_mailbox();
    void take_domain(std::string_view address);

    bool is_escaped_ = false;
    bool is_in_quotes_ = false;
    bool is_in_angle_ = false;
    bool has_angle_ = false;
    std::size_t comment_depth_ = 0;
    std::string plain_;  // outside quotes, comments and angle brackets
    std::string in_angle_;
    std::optional<Domain> domain_;
    bool is_unclear_ = false;
};

// Whether the octet belongs to a quoted string or a comment.
bool MailboxScan::take_quoted(char c) {
    if (!is_in_quotes_ && comment_depth_ == 0) return false;
    if (is_escaped_) {
        is_escaped_ = false;
    } else if (c == '\\') {
        is_escaped_ = true;
    } else if (is_in_quotes_) {
        is_in_quotes_ = c != '"';
    } else if (c == '(') {
        ++comment_depth_;
    } else if (c == ')') {
        --comment_depth_;
    }
    return true;
}

void MailboxScan::take(char c) {
    if (take_quoted(c)) return;
    switch (c) {
        case '"':
            is_in_quotes_ = true;
            return;
        case '(':
            comment_depth_ = 1;
            return;
        case '<':
            is_unclear_ = is_unclear_ || has_angle_;
            is_in_angle_ = has_angle_ = true;
            return;
        case '>':
            is_unclear_ = is_unclear_ || !is_in_angle_;
            is_in_angle_ = false;
            return;
        default:
            break;
    }
    if (is_in_angle_) {
        in_angle_ += c;
    } else if (c == ',' || c == ';') {
        end_mailbox();
    } else if (c == ':') {
        plain_.clear();  // the name of a group
    } else {
        plain_ += c;
    }
}

void MailboxScan::end_mailbox() {
    const std::string_view address = base::trim(has_angle_ ? in_angle_ : plain_);
    // There may be nothing between two commas, or after the last one.
    if (has_angle_ || !address.empty()) take_domain(address);
    plain_.clear();
    in_angle_.clear();
    has_angle_ = false;
}

void MailboxScan::take_domain(std::string_view address) {
    const auto at = address.rfind('@');
    is_unclear_ = is_unclear_ || at == std::string_view::npos;
    if (is_unclear_) return;
    const auto domain = Domain::parse(address.substr(at + 1));
    is_unclear_ = !domain || domain->is_root() || (domain_ && *domain_ != *domain);
    if (!is_unclear_) domain_ = *domain;
}

std::optional<Domain> MailboxScan::finish() {
    if (is_in_quotes_ || is_in_angle_ || comment_depth_ > 0) return std::nullopt;
    end_mailbox();
    if (is_unclear_) return std::nullopt;
    return domain_;
}

}  // namespace

std::optional<Domain> author_domain(std::string_view header) {
    const auto value = field_value(header, field_name);
    if (!value) return std::nullopt;
    std::size_t fields = 0;
    for (std::string_view rest = header; !rest.empty();) {
        const std::string_view field = first_field(rest);
        rest.remove_prefix(field.size());
        if (field_value(field, field_name)) ++fields;
    }
    if (fields > 1) return std::nullopt;
    MailboxScan scan;
    for (const char c : *value) scan.take(c);
    return scan.finish();
}

}  // namespace turnaway::mail
