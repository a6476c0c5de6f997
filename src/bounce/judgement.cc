#include "bounce/judgement.h"

#include "base/text.h"
#include "bounce/lines.h"
#include "bounce/session_stage.h"
#include "codes/interpretation.h"
#include "codes/reply_line.h"
#include "codes/text_evidence.h"

namespace turnaway::bounce {

namespace {

// "5.1.1 (bad destination mailbox address)".
std::optional<codes::EnhancedCode> code_of(std::string_view status) {
    status = base::trim(status);
    // "550 5.1.1"
    if (codes::leading_code(status) && status.size() > 4) status = base::trim(status.substr(4));
    return codes::EnhancedCode::parse(status.substr(0, status.find_first_of(" \t(;,")));
}

// "(reason: 255)" is the exit status of a program.
bool is_of_a_host(codes::ReplyCode reply) {
    return reply.is_temporary() || reply.is_permanent() ||
           (reply.is_positive() && codes::find(reply) != nullptr);
}

bool is_about_waiting(codes::Cause cause) {
    return cause == codes::Cause::expired || cause == codes::Cause::delayed;
}

bool is_exact(const codes::EnhancedCode& code) {
    return code.detail() != codes::Detail{};
}

// A reply in the middle of a text: "ERROR_CODE :550", "as follows: [550 5.1.1 No]", "<421
// Timeout>".
std::optional<std::string_view> enclosed_reply(std::string_view text, std::string_view openings) {
    for (std::size_t at = 1; at + 3 <= text.size(); ++at) {
        if ((text[at] != '4' && text[at] != '5') || !openings.contains(text[at - 1])) continue;
        const std::string_view rest = text.substr(at);
        const bool ends = rest.size() == 3 || std::string_view(" -,;)]>").contains(rest[3]);
        if (ends && codes::ReplyCode::parse(rest.substr(0, 3)))
            return rest.substr(0, rest.find_first_of(">]\n"));
    }
    return std::nullopt;
}

// How well a text shows its cause; a higher value is better.
enum class Strength : std::uint8_t { none, code, vague, weak, clear };

class Weighing {
  public:
    explicit Weighing(std::optional<codes::EnhancedCode> status) : status_(status) {}

    void add(std::string_view text) {
        if (text.empty()) return;
        codes::ReplyReading reading = read(text);
        if (reading.reply && !is_of_a_host(*reading.reply)) {
            // "5.3.0 unknown mailer error 255"
            reading.reply.reset();
            reading.reply_first_digit = reading.enhanced ? reading.enhanced->class_digit() : 0;
        }
        take_codes(reading);
        take_leading_code(text);
        if (!reading.enhanced && status_ && is_first_) {
            reading.enhanced = status_;
            if (reading.is_words_only) {
                reading.is_words_only = false;
                reading.reply_first_digit = status_->class_digit();
            }
        }
        // What is clear stays so; the other texts only complete the codes and the stage. They are
        // interpreted only where something depends on it, as that takes most of the time.
        std::optional<codes::ReplyInterpretation> interpretation;
        if (strength_ != Strength::clear) interpretation = codes::judge(reading);
        const auto is_given_up = [&] {
            if (!interpretation) interpretation = codes::judge(reading);
            return interpretation->cause == codes::Cause::expired;
        };
        const bool may_have_enclosed = !judgement_.reply || interpretation;
        if (may_have_enclosed) take_enclosed(is_given_up, text);
        take_stage(reading, text);
        if (strength_ != Strength::clear) consider(*interpretation, reading, text);
    }
    void end_of_first() {
        is_first_ = false;
        if (!judgement_.enhanced && status_ && is_exact(*status_)) judgement_.enhanced = status_;
    }
    Judgement result() {
        if (!judgement_.cause && status_) add(status_->text());
        if (!judgement_.enhanced) judgement_.enhanced = status_ ? status_ : inexact_;
        if (!is_final_) judgement_.reply.reset();
        if (judgement_.reply) judgement_.digit = judgement_.reply->first_digit();
        if (judgement_.digit == 0 && judgement_.enhanced)
            judgement_.digit = judgement_.enhanced->class_digit();
        if (judgement_.cause) judgement_.reason = reason_of(*judgement_.cause).reason;
        judgement_.confidence = strength_ == Strength::clear   ? Confidence::high
                                : strength_ >= Strength::vague ? Confidence::medium
                                                               : Confidence::low;
        return std::move(judgement_);
    }

  private:
    codes::ReplyReading read(std::string_view text) {
        if (const auto reading = reader_.read(text)) return *reading;
        return reader_.read_words(text);
    }
    void take_codes(const codes::ReplyReading& reading) {
        if (!judgement_.reply && reading.reply) {
            judgement_.reply = reading.reply;
            is_final_ = !contradicts_status(reading);
        }
        if (!reading.enhanced) return;
        if (is_exact(*reading.enhanced)) {
            if (!judgement_.enhanced) judgement_.enhanced = reading.enhanced;
        } else if (!inexact_) {
            inexact_ = reading.enhanced;
        }
    }
    // "Status: 4.0.0" and "refused to talk to me: 554 No": the sender tried again, so the reply was
    // not final, and must not be reported as final. A reply with its own enhanced code is final.
    bool contradicts_status(const codes::ReplyReading& reading) const {
        const codes::ReplyCode reply = *reading.reply;
        if (!status_ || !(reply.is_temporary() || reply.is_permanent())) return false;
        const bool has_own = reading.enhanced && reading.enhanced->agrees_with(reply);
        return !has_own && reply.first_digit() != status_->class_digit();
    }
    void take_stage(const codes::ReplyReading& reading, std::string_view text) {
        if (judgement_.stage == codes::Stage::unknown) judgement_.stage = reading.stage;
        if (judgement_.stage == codes::Stage::unknown) judgement_.stage = stage_of(text);
    }
    // "#5.1.1 SMTP; 550 User unknown", "Reason: 5.1.1 unknown user" before "Code: 550".
    void take_leading_code(std::string_view text) {
        if (judgement_.enhanced || !judgement_.reply) return;
        Lines lines(text);
        std::string_view line;
        bool continues = false;
        while (lines.next(line)) {
            line = base::trim(line);
            const std::size_t colon = line.substr(0, label_bytes_max).find(": ");
            if (colon != std::string_view::npos) line = base::trim(line.substr(colon + 1));
            while (line.starts_with('#') || line.starts_with('(')) line.remove_prefix(1);
            // Only the lines of one reply belong together: "550-No", "550 5.1.1 Such user".
            const bool is_reply = codes::leading_code(line).has_value();
            const bool is_other = is_reply && !continues;
            continues = is_reply && line.substr(3).starts_with('-');
            if (is_other) continue;
            const auto code = code_of(line.substr(0, line.find(')')));
            if (!code || !is_exact(*code) || !code->agrees_with(*judgement_.reply)) continue;
            judgement_.enhanced = code;
            return;
        }
    }
    // Where the text before it gave up at last, the reply in brackets is that of the host.
    template <class IsGivenUp>
    void take_enclosed(IsGivenUp&& is_given_up, std::string_view text) {
        if (judgement_.reply && !is_given_up()) return;
        const auto enclosed = enclosed_reply(text, judgement_.reply ? "<" : "<[(: ");
        if (!enclosed) return;
        const auto reading = enclosed_reader_.read(*enclosed);
        if (!reading || !reading->reply) return;
        judgement_.reply = reading->reply;
        is_final_ = !contradicts_status(*reading);
        if (reading->enhanced && (!judgement_.enhanced || is_given_up()))
            judgement_.enhanced = reading->enhanced;
    }
    void consider(const codes::ReplyInterpretation& interpretation,
                  const codes::ReplyReading& reading, std::string_view text) {
        const auto cause = interpretation.shown_cause();
        if (!cause) return;
        // "552 5.2.2 Mailbox full": the words of the standard are words, too.
        const bool is_from_text = interpretation.cause.has_value() ||
                                  interpretation.basis != codes::Basis::standard ||
                                  codes::read_evidence(reading.text).causes.has(*cause);
        // What a report says in general ("could not be delivered for 3 days") explains a reply less
        // than its own code.
        const bool is_about_time = judgement_.reply && !is_first_ && is_about_waiting(*cause);
        const bool is_vague = codes::row_of(*cause).vague || is_about_time;
        const Strength strength = is_vague       ? (is_from_text ? Strength::vague : Strength::code)
                                  : is_from_text ? Strength::clear
                                                 : Strength::weak;
        if (strength <= strength_) return;
        strength_ = strength;
        judgement_.cause = cause;
        judgement_.is_weak = interpretation.cause_is_weak && is_from_text;
        judgement_.basis = interpretation.basis == codes::Basis::provider ? "provider"
                           : is_from_text                                 ? "text"
                                                                          : "code";
        judgement_.evidence = std::string(text.substr(0, evidence_bytes_max));
    }

    static constexpr std::size_t evidence_bytes_max = 500;
    static constexpr std::size_t label_bytes_max = 30;
    std::optional<codes::EnhancedCode> status_;
    std::optional<codes::EnhancedCode> inexact_;
    codes::ReplyReader reader_, enclosed_reader_;
    Judgement judgement_;
    Strength strength_ = Strength::none;
    bool is_first_ = true;
    bool is_final_ = true;  // the reply is the last one for this recipient
};

}  // namespace

std::string_view name_of(Confidence confidence) {
    switch (confidence) {
        case Confidence::low:
            return "low";
        case Confidence::medium:
            return "medium";
        case Confidence::high:
            return "high";
    }
    return "";
}

Judgement judge(std::span<const std::string_view> texts, std::string_view status) {
    Weighing weighing(code_of(status));
    for (const std::string_view& text : texts) {
        weighing.add(text);
        if (&text == &texts.front()) weighing.end_of_first();
    }
    return weighing.result();
}

}  // namespace turnaway::bounce
