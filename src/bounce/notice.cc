#include "bounce/notice.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/byte_set.h"
#include "base/text.h"
#include "bounce/addresses.h"
#include "bounce/header.h"
#include "bounce/lines.h"
#include "bounce/notice_label.h"
#include "codes/reply_line.h"
#include "codes/text_evidence.h"

namespace turnaway::bounce {

namespace {

constexpr std::size_t text_bytes_max = 8000;
constexpr std::size_t usual_text_bytes = 500;
constexpr std::size_t request_lines_max = 6;
constexpr std::size_t contacts_max = 10;

constexpr std::array<std::string_view, 3> report_fields{"final-recipient", "original-recipient",
                                                        "x-failed-recipients"};
constexpr std::size_t label_bytes_max = 60;

// In `buffer`, which has room for it.
std::string_view lower(std::string_view text, std::span<char> buffer) {
    std::ranges::transform(text, buffer.begin(), base::to_lower);
    return {buffer.data(), text.size()};
}

// Dashes, stars and the like before the first word.
std::string_view without_bullet(std::string_view line) {
    static constexpr base::ByteSet bullets(" \t-*+=>#|.");
    return line.substr(bullets.skip(line));
}

std::size_t indent_of(std::string_view line) {
    static constexpr base::ByteSet blanks(" \t");
    return blanks.skip(line);
}

bool begins_header(std::string_view line) {
    constexpr std::array<std::string_view, 5> names{"Received:", "Return-Path:", "DKIM-Signature:",
                                                    "X-Google-DKIM-Signature:", "Delivered-To:"};
    return std::ranges::any_of(
        names, [&](std::string_view name) { return base::starts_with_no_case(line, name); });
}

// An address that a line begins with, and what follows it.
struct LeadingAddress {
    std::string_view address, rest;
    bool is_followed_by_colon = false;
};
std::optional<LeadingAddress> leading_address(std::string_view line) {
    if (line.starts_with('"') && !line.substr(1, line.find('"', 1)).contains(' ')) {
        // "user@example.org": in quotes, or a quoted local-part.
        const std::string_view inner = line.substr(1, line.find('"', 1) - 1);
        if (inner.contains('@')) {
            const auto found = find_address(inner);
            if (!found || found->begin != 0) return std::nullopt;
            std::string_view rest =
                line.substr(inner.size() + 2 > line.size() ? line.size() : inner.size() + 2);
            const bool colon = rest.starts_with(':');
            return LeadingAddress{found->text, base::trim(colon ? rest.substr(1) : rest), colon};
        }
    }
    const auto found = find_address(line);
    if (!found || found->begin > 0) return std::nullopt;
    std::string_view rest = line.substr(found->end);
    if (rest.starts_with("<mailto:") || rest.starts_with("<tel:"))
        rest = rest.substr(std::min(rest.find('>'), rest.size() - 1) + 1);
    rest = base::trim(rest);
    LeadingAddress leading{found->text, rest, rest.starts_with(':')};
    while (!leading.rest.empty() && std::string_view(":.,;").contains(leading.rest.front()))
        leading.rest.remove_prefix(1);
    leading.rest = base::trim(leading.rest);
    return leading;
}

class Reader {
  public:
    explicit Reader(codes::EvidenceCache* known) : known_(known) {}

    Notice read(std::string_view text) {
        Lines lines(text);
        std::string_view line;
        std::string_view here = text;
        for (std::size_t count = 0; count < notice_lines_max && lines.next(line); ++count) {
            if (begins_original(line, lines.rest(), here)) break;
            take(line);
            here = lines.rest();
        }
        return std::move(notice_);
    }

  private:
    codes::TextEvidence evidence_of(std::string_view text) const {
        return known_ ? known_->read(text) : codes::read_evidence(text);
    }

    bool begins_original(std::string_view line, std::string_view rest, std::string_view here) {
        const std::string_view bare = without_bullet(line);
        if (bare.empty()) return false;
        if (begins_header(bare) && has_text_) {
            notice_.original = here;
            return true;
        }
        if (bare.size() > 100) return false;
        evidence_ = evidence_of(bare);
        has_evidence_ = true;
        const bool is_short =
            bare.size() < 40 && (bare.size() < line.size() || bare.ends_with(':'));
        const bool is_mark = evidence_.has(codes::Mark::original_follows) ||
                             (is_short && evidence_.has(codes::Mark::original_line));
        if (!is_mark || !has_text_) return false;
        // "Message headers follow:" may have its dashes in the next line.
        notice_.original = rest;
        return true;
    }

    void take(std::string_view line) {
        const std::string_view bare = base::trim(line);
        if (bare.empty()) {
            is_after_blank_ = true;
            return;
        }
        bare_ = bare;
        if (!has_evidence_) evidence_ = evidence_of(bare);
        has_evidence_ = false;
        notice_.has_failure |= evidence_.has(codes::Mark::failed);
        notice_.has_delay |= evidence_.has(codes::Mark::delayed);
        is_heading_ = false;
        notice_.has_reply |= has_refusal(bare) || quotes_refusal(bare);
        note_request(bare);
        sort(line, bare);
        was_heading_ = is_heading_;
        // "Delivery has failed to these recipients:"
        is_below_heading_ = evidence_.has(codes::Mark::failed) && bare.ends_with(':');
        has_text_ = true;
        is_after_blank_ = false;
        last_indent_ = indent_of(line);
    }

    static bool is_refusal(std::optional<codes::ReplyCode> code) {
        return code && (code->is_temporary() || code->is_permanent());
    }
    static bool has_refusal(std::string_view bare) { return is_refusal(codes::leading_code(bare)); }

    // "Remote Server returned '550 5.1.1 No such user'", in any language.
    static bool quotes_refusal(std::string_view bare) {
        constexpr std::size_t code_bytes = 3, before_dot = std::string_view("550 5").size();
        for (std::size_t dot = bare.find('.', before_dot); dot != std::string_view::npos;
             dot = bare.find('.', dot + 1)) {
            const std::size_t at = dot - before_dot;
            const std::string_view enhanced = bare.substr(dot - 1);
            const char between = bare[at + code_bytes];
            const bool is_pair = (between == ' ' || between == '-') &&
                                 (at == 0 || !base::is_alnum(bare[at - 1])) &&
                                 is_refusal(codes::ReplyCode::parse(bare.substr(at, code_bytes))) &&
                                 codes::EnhancedCode::parse(enhanced.substr(0, enhanced.find(' ')));
            if (is_pair) return true;
        }
        return false;
    }

    // "please send mail with ... to the address": until the sentence ends, an address is one to
    // write to, and no recipient.
    void note_request(std::string_view bare) {
        const bool is_about_failure = evidence_.has(codes::Mark::failed);
        if (evidence_.has(codes::Mark::write_to) && !is_about_failure) {
            request_lines_left_ = request_lines_max;
        } else if (is_about_failure || request_lines_left_ == 0) {
            request_lines_left_ = 0;
            return;
        } else {
            --request_lines_left_;
        }
        if (const auto found = find_address(bare)) {
            if (contacts_.size() < contacts_max) contacts_.emplace_back(found->text);
            request_lines_left_ = 0;
        }
        if (bare.ends_with('.')) request_lines_left_ = 0;
    }
    bool is_contact(std::string_view address) const {
        return std::ranges::any_of(contacts_, [&](const std::string& contact) {
            return base::equal_no_case(contact, address);
        });
    }

    void sort(std::string_view line, std::string_view bare) {
        if (take_dialogue(bare) || take_label(bare)) return;
        if (take_leading(line, without_bullet(bare)) || take_reply_with_address(bare)) return;
        if (!is_heading()) add_text(bare);
        if (is_sender_next_) {
            is_sender_next_ = false;
            return;
        }
        const bool is_about_failure =
            evidence_.has(codes::Mark::failed) || evidence_.has(codes::Mark::delayed);
        const bool is_named = is_about_failure || is_below_heading_ || !evidence_.causes.empty();
        const Rank rank = is_named ? Rank::in_sentence : Rank::mentioned;
        for (auto found = find_address(bare); found; found = find_address(bare, found->end)) {
            const std::string_view before = base::trim(bare.substr(0, found->begin));
            const bool is_of_sender = before.ends_with("from") || before.ends_with("From:") ||
                                      before.ends_with("FROM:") || before.ends_with("contact");
            if (!is_of_sender && !is_contact(found->text)) mention(found->text, rank);
        }
    }

    // "A message that you sent could not be delivered": it names the failure, and no reason.
    bool is_heading() const {
        const bool is_general = evidence_.causes
                                    .without({codes::Cause::system_error, codes::Cause::delayed,
                                              codes::Cause::fault_behind})
                                    .empty();
        return (evidence_.has(codes::Mark::failed) || evidence_.has(codes::Mark::delayed)) &&
               is_general && !codes::leading_code(bare_);
    }

    // ">>> RCPT TO:<user@example.org>" and "<<< 550 ...".
    bool take_dialogue(std::string_view bare) {
        const bool is_sent =
            bare.starts_with(">>>") || bare.starts_with("Sent <<<") || bare.starts_with("=> ");
        const bool is_received =
            bare.starts_with("<<<") || bare.starts_with("Received >>>") || bare.starts_with("<= ");
        if (is_sent) {
            const std::size_t at = base::find_no_case(bare, "RCPT TO:");
            if (at == std::string_view::npos) {
                add_text(bare);
                return true;
            }
            if (const auto found = find_address(bare, at)) begin(found->text, Rank::in_dialogue);
            add_text(bare);
            return true;
        }
        if (is_received) add_text(bare.substr(bare.find_first_of("<>=") == 0 ? 3 : 12));
        return is_received;
    }

    bool take_label(std::string_view bare) {
        const std::string_view text = without_bullet(bare);
        std::size_t colon = text.substr(0, label_bytes_max).find(':');
        if (colon == std::string_view::npos) colon = text.substr(0, label_bytes_max).find("：");
        if (colon == std::string_view::npos) return false;
        std::array<char, label_bytes_max> letters;
        const std::string_view name = lower(base::trim(text.substr(0, colon)), letters);
        const std::string_view value =
            base::trim(text.substr(colon + (text[colon] == ':' ? 1 : 3)));
        if (std::ranges::find(report_fields, name) != report_fields.end()) {
            const bool is_first = name != "original-recipient" || notice_.recipients.empty() ||
                                  notice_.recipients.back().rank != Rank::in_field;
            if (is_first) begin(typed_address(value), Rank::in_field);
            return true;
        }
        const auto kind = label_named(name);
        return kind && take_value(*kind, value);
    }

    bool take_value(LabelKind kind, std::string_view value) {
        switch (kind) {
            case LabelKind::recipient: {
                const auto found = find_address(value);
                if (!found) return false;
                begin(found->text, Rank::labelled);
                if (!evidence_.causes.empty()) add_text(bare_);
                return true;
            }
            case LabelKind::sender:
                if (!find_address(value) && value.empty()) is_sender_next_ = true;
                return true;
            case LabelKind::text: {
                const std::size_t semicolon = value.substr(0, 20).find(';');
                add_text(semicolon == std::string_view::npos
                             ? value
                             : base::trim(value.substr(semicolon + 1)));
                return true;
            }
            case LabelKind::status:
                if (!current()) return false;
                current()->status = value;
                return true;
            case LabelKind::action:
                if (!current())
                    pending_action_ = value;
                else
                    current()->action = value;
                return true;
            case LabelKind::remote:
                if (current()) current()->remote = value;
                return true;
        }
        return false;
    }

    // A line that begins with an address: its recipient, unless it continues the text about one.
    bool take_leading(std::string_view line, std::string_view bare) {
        const auto leading = leading_address(bare);
        if (!leading || is_sender_next_ || is_contact(leading->address)) return false;
        const bool continues = current() && current()->rank == Rank::heads_line &&
                               !is_after_blank_ && !current()->text.empty() && !was_heading_ &&
                               !leading->is_followed_by_colon && indent_of(line) >= last_indent_;
        if (continues) return false;
        const bool is_sentence = !leading->rest.empty() && !leading->is_followed_by_colon &&
                                 !is_after_address(leading->rest);
        if (is_sentence && evidence_.causes.empty() && !evidence_.has(codes::Mark::failed))
            return false;
        begin(leading->address, Rank::heads_line);
        if (!leading->rest.empty()) add_text(leading->rest);
        is_heading_ = true;
        return true;
    }
    // What programs write after the address of a recipient: "... User unknown", "on 29 Apr 2010",
    // "(expanded from <list>)", "[User unknown]".
    static bool is_after_address(std::string_view rest) {
        return rest.starts_with('(') || rest.starts_with('[') || rest.starts_with('-') ||
               rest.starts_with('"') || rest.starts_with("on ") || rest.starts_with('<') ||
               (!rest.empty() && base::is_digit(rest.front()));
    }

    // "550 5.1.1 <user@example.org>... User unknown": the transcript of Sendmail.
    bool take_reply_with_address(std::string_view bare) {
        if (!codes::leading_code(bare)) return false;
        const auto found = find_address(bare);
        const bool heads = found && bare.substr(found->end).starts_with("...");
        if (!heads) return false;
        begin(found->text, Rank::in_dialogue);
        // The reply of the host comes after the code of the program that reports it.
        const std::string_view rest = base::trim(bare.substr(found->end + 3));
        add_text(has_refusal(rest) ? rest : bare);
        return true;
    }

    NoticeRecipient* current() {
        return current_ < notice_.recipients.size() ? &notice_.recipients[current_] : nullptr;
    }

    void mention(std::string_view address, Rank rank) {
        if (find(address) || notice_.recipients.size() >= recipients_max) return;
        notice_.recipients.push_back({std::string(address), rank});
    }
    void begin(std::string_view address, Rank rank) {
        if (address.empty()) return;
        NoticeRecipient* known = find(address);
        if (known == nullptr) {
            if (notice_.recipients.size() >= recipients_max) return;
            notice_.recipients.push_back({std::string(address), rank});
            known = &notice_.recipients.back();
        }
        known->rank = std::max(known->rank, rank);
        current_ = static_cast<std::size_t>(known - notice_.recipients.data());
        if (!pending_action_.empty()) known->action = std::move(pending_action_);
        pending_action_.clear();
    }
    // The last ones first, as most addresses that come twice come close together.
    NoticeRecipient* find(std::string_view address) {
        const std::size_t looked_at = std::min<std::size_t>(notice_.recipients.size(), 50);
        for (std::size_t i = 0; i < looked_at; ++i) {
            NoticeRecipient& recipient = notice_.recipients[notice_.recipients.size() - 1 - i];
            if (base::equal_no_case(recipient.address, address)) return &recipient;
        }
        return nullptr;
    }
    void add_text(std::string_view text) {
        std::string& all = current() ? current()->text : notice_.common;
        if (all.size() + text.size() > text_bytes_max) return;
        if (all.capacity() < usual_text_bytes) all.reserve(usual_text_bytes);
        if (!all.empty()) all += '\n';
        all += text;
    }

    codes::EvidenceCache* known_;
    Notice notice_;
    std::size_t current_ = recipients_max;  // of the recipient that the text is about
    std::string_view bare_;                 // this line
    codes::TextEvidence evidence_;          // of this line
    bool has_evidence_ = false;
    bool has_text_ = false;
    bool is_after_blank_ = true;
    bool is_heading_ = false,
         was_heading_ = false;       // this line, the one before, begins with its recipient
    bool is_below_heading_ = false;  // the line before announces those who failed
    bool is_sender_next_ = false;
    std::size_t last_indent_ = 0;
    std::size_t request_lines_left_ = 0;  // of a sentence that asks to write to an address
    std::vector<std::string> contacts_;   // the addresses to write to
    std::string pending_action_;
};

}  // namespace

Notice read_notice(std::string_view text, codes::EvidenceCache* known) {
    return Reader(known).read(text);
}

}  // namespace turnaway::bounce
