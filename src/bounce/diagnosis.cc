#include "bounce/diagnosis.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "base/text.h"
#include "bounce/addresses.h"
#include "bounce/decoding.h"
#include "bounce/parts.h"
#include "bounce/report_text.h"

namespace turnaway::bounce {

namespace {

constexpr int nested_reports_max = 2;

class Reading {
  public:
    Reading(const ReportText& report, const Options& options, Diagnosis& diagnosis)
        : report_(report),
          options_(options),
          diagnosis_(diagnosis),
          to_(addressed_by("To")),
          from_(addressed_by("From")) {}

    void read() {
        diagnosis_.kind = kind_of(report_);
        if (diagnosis_.kind == Kind::not_a_bounce) return;
        original_ = split_entity(report_.original).fields;
        if (report_.fields) diagnosis_.reporting_mta = report_.fields->reporting_mta;
        read_original();
        find_recipients();
        judge_authenticity();
    }

    // The report itself names no recipient: the one found is a guess from what came back.
    bool is_guess() const {
        const bool is_failure = diagnosis_.kind == Kind::bounce || diagnosis_.kind == Kind::delay;
        const bool has_fields = report_.fields && !report_.fields->recipients.empty();
        if (!is_failure || has_fields) return false;
        const bool is_named =
            std::ranges::any_of(report_.notice().recipients, [&](const NoticeRecipient& recipient) {
                return recipient.rank >= Rank::in_sentence && !is_of_sender(recipient.address);
            });
        return !is_named && addresses_of_field().empty();
    }

  private:
    void find_recipients() {
        switch (diagnosis_.kind) {
            case Kind::bounce:
            case Kind::delay:
            case Kind::success:
                if (report_.fields && !report_.fields->recipients.empty()) return add_from_fields();
                return add_from_notice();
            case Kind::complaint:
                return add_complaint();
            case Kind::auto_reply:
                return add(Kind::auto_reply, from_, {}, Reason::info_autoreply);
            case Kind::mdn:
                return add(Kind::mdn, typed_address(report_.disposition->value("Final-Recipient")),
                           {}, Reason::info_delivered);
            default:
                return;
        }
    }

    // Reports by their fields.
    void add_from_fields() {
        const auto& all = report_.fields->recipients;
        for (const RecipientFields& fields : all) {
            RecipientDiagnosis found;
            found.kind = kind_of_action(fields.action, diagnosis_.kind);
            found.recipient = fields.final_recipient;
            if (!find_address(found.recipient)) found.recipient = better_address(fields);
            if (!base::equal_no_case(fields.original_recipient, found.recipient))
                found.original_recipient = fields.original_recipient;
            found.remote = fields.remote;
            const NoticeRecipient* noticed =
                find_noticed(found.recipient, fields.original_recipient);
            const bool is_alone = all.size() == 1;
            const std::array<std::string_view, 3> texts{
                fields.diagnostic, noticed ? std::string_view(noticed->text) : std::string_view(),
                is_alone ? std::string_view(report_.notice().common) : std::string_view()};
            judge_failure(found, texts, fields.status, fields.is_of_program);
        }
    }
    std::string better_address(const RecipientFields& fields) const {
        if (fields.original_recipient.contains('@')) return fields.original_recipient;
        if (const auto in_diagnostic = find_address(fields.diagnostic))
            return std::string(in_diagnostic->text);
        if (report_.fields->recipients.size() == 1) {
            const std::vector<std::string> noticed = noticed_addresses();
            if (!noticed.empty()) return noticed.front();
            if (std::string to = original_to(); !to.empty()) return to;
        }
        return fields.final_recipient;
    }

    // Reports by their text.
    void add_from_notice() {
        const std::vector<std::string> addresses = noticed_addresses();
        for (const std::string& address : addresses) {
            RecipientDiagnosis found;
            found.recipient = address;
            const NoticeRecipient* noticed = find_noticed(address, {});
            found.kind =
                noticed ? kind_of_action(noticed->action, diagnosis_.kind) : diagnosis_.kind;
            if (noticed) found.remote = noticed->remote;
            std::string others;
            if (addresses.size() == 1) others = text_about_others(address);
            const std::array<std::string_view, 4> texts{
                noticed ? std::string_view(noticed->text) : std::string_view(),
                report_.notice().common, others, report_.subject};
            judge_failure(found, texts, noticed ? noticed->status : std::string_view());
        }
    }
    // "host said: ..." may follow an address that is not the recipient.
    std::string text_about_others(std::string_view address) const {
        std::string all;
        for (const NoticeRecipient& recipient : report_.notice().recipients) {
            if (!base::equal_no_case(recipient.address, address) && !recipient.text.empty())
                all += recipient.text + '\n';
        }
        return all;
    }

    void judge_failure(RecipientDiagnosis& found, std::span<const std::string_view> texts,
                       std::string_view status, bool is_of_program = false) {
        found.judgement = judge(texts, status);
        if (is_of_program) blame_program(found.judgement);
        if (found.kind == Kind::success) found.judgement.reason = Reason::info_delivered;
        found.permanence = permanence_of(found.kind, found.judgement);
        diagnosis_.recipients.push_back(std::move(found));
    }

    // "Diagnostic-Code: X-Unix; 71": the exit status of the program behind the address.
    static void blame_program(Judgement& judgement) {
        if (judgement.cause && !codes::row_of(*judgement.cause).vague &&
            judgement.cause != codes::Cause::delayed)
            return;
        judgement.cause = codes::Cause::list_fault;
        judgement.reason = reason_of(*judgement.cause).reason;
    }

    void add(Kind kind, std::string address, Judgement judgement, Reason reason) {
        RecipientDiagnosis found;
        found.kind = kind;
        found.recipient = std::move(address);
        found.judgement = std::move(judgement);
        found.judgement.reason = reason;
        found.judgement.confidence = Confidence::high;
        found.permanence = permanence_of(kind, found.judgement);
        diagnosis_.recipients.push_back(std::move(found));
    }
    void add_complaint() {
        bool has_recipient = false;
        if (report_.feedback) {
            diagnosis_.feedback_type = report_.feedback->value("Feedback-Type");
            for (const Field& field : report_.feedback->fields()) {
                const bool names_one = base::equal_no_case(field.name, "Original-Rcpt-To") ||
                                       base::equal_no_case(field.name, "Removal-Recipient");
                if (!names_one) continue;
                const std::string address = typed_address(unfolded(field.value));
                if (!address.contains('@') || is_known(address)) continue;
                add(Kind::complaint, address, {}, Reason::info_complaint);
                has_recipient = true;
            }
        } else {
            for (const std::string& address : noticed_addresses()) {
                add(Kind::complaint, address, {}, Reason::info_complaint);
                has_recipient = true;
            }
        }
        if (!has_recipient) add(Kind::complaint, original_to(), {}, Reason::info_complaint);
    }
    bool is_known(std::string_view address) const {
        return std::ranges::any_of(diagnosis_.recipients, [&](const RecipientDiagnosis& other) {
            return base::equal_no_case(other.recipient, address);
        });
    }

    std::string addressed_by(std::string_view name) const {
        const std::string value = report_.header.value(name);
        const auto found = find_address(value);
        return found ? std::string(found->text) : std::string();
    }
    std::string original_to() const {
        for (const std::string_view name : {"X-HmXmrOriginalRecipient", "X-Actual-Recipient",
                                            "Envelope-To", "X-Envelope-To", "To"}) {
            const std::string value = original_.value(name);
            if (const auto found = find_address(value)) return std::string(found->text);
        }
        return {};
    }

    const NoticeRecipient* find_noticed(std::string_view address, std::string_view other) const {
        for (const NoticeRecipient& recipient : report_.notice().recipients) {
            if (base::equal_no_case(recipient.address, address) ||
                (!other.empty() && base::equal_no_case(recipient.address, other)))
                return &recipient;
        }
        return nullptr;
    }
    // The addresses of the best rank, then those of X-Failed-Recipients, then that of the original.
    std::vector<std::string> noticed_addresses() const {
        std::vector<std::string> addresses;
        Rank best = Rank::mentioned;
        for (const NoticeRecipient& recipient : report_.notice().recipients) {
            if (!is_of_sender(recipient.address) || recipient.rank >= Rank::heads_line)
                best = std::max(best, recipient.rank);
        }
        if (best < Rank::labelled) addresses = addresses_of_field();
        if (!addresses.empty()) return addresses;
        for (const NoticeRecipient& recipient : report_.notice().recipients) {
            const bool is_sender =
                is_of_sender(recipient.address) && recipient.rank < Rank::heads_line;
            if (recipient.rank == best && !is_sender) addresses.push_back(recipient.address);
        }
        if (best == Rank::mentioned) {
            if (std::string to = original_to(); !to.empty()) return {to};
            addresses.resize(std::min<std::size_t>(addresses.size(), 1));
        }
        if (addresses.empty()) addresses.emplace_back();
        return addresses;
    }
    std::vector<std::string> addresses_of_field() const {
        std::vector<std::string> addresses;
        const std::string value = report_.header.value("X-Failed-Recipients");
        for (auto found = find_address(value); found; found = find_address(value, found->end))
            addresses.emplace_back(found->text);
        return addresses;
    }
    // Of the message that came back: the report goes to it, or comes from it.
    bool is_of_sender(std::string_view address) const {
        return base::equal_no_case(address, to_) || base::equal_no_case(address, from_);
    }

    void read_original() {
        Original& original = diagnosis_.original;
        const auto value = [&](std::string_view name) {
            return decode_words(original_.value(name), options_.charsets);
        };
        original.message_id = original_.value("Message-ID");
        original.from = value("From");
        original.to = value("To");
        original.subject = value("Subject");
        original.date = original_.value("Date");
        original.list_id = value("List-Id");
        for (const std::string& name : options_.original_headers) {
            if (original_.find(name) != nullptr) original.others.emplace_back(name, value(name));
        }
    }
    // Without a domain of ours nothing can be known.
    void judge_authenticity() {
        const std::string_view id = diagnosis_.original.message_id;
        if (options_.own_domains.empty() || id.empty()) return;
        std::string_view domain = domain_of(id);
        domain = domain.substr(0, domain.find('>'));
        const bool is_ours = std::ranges::any_of(options_.own_domains, [&](const std::string& own) {
            const bool is_below =
                domain.size() > own.size() && domain[domain.size() - own.size() - 1] == '.';
            return base::equal_no_case(domain, own) ||
                   (is_below &&
                    base::equal_no_case(domain.substr(domain.size() - own.size()), own));
        });
        diagnosis_.authentic = is_ours ? Authentic::yes : Authentic::no;
    }

    const ReportText& report_;
    const Options& options_;
    Diagnosis& diagnosis_;
    std::string to_, from_;  // the addresses of the report itself
    Header original_;
};

// Somebody forwards a report as an attachment.
bool is_standard_report(std::string_view message) {
    const std::string type = split_entity(message).fields.value("Content-Type");
    return media_type(type) == "multipart/report" &&
           base::equal_no_case(parameter(type, "report-type"), "delivery-status");
}

bool names_recipient(const Diagnosis& diagnosis) {
    return std::ranges::any_of(diagnosis.recipients, [](const RecipientDiagnosis& found) {
        return found.recipient.contains('@');
    });
}

}  // namespace

Permanence permanence_of(Kind kind, const Judgement& judgement) {
    if (kind == Kind::success || kind == Kind::auto_reply || kind == Kind::complaint ||
        kind == Kind::mdn)
        return Permanence::none;
    if (kind == Kind::delay) return Permanence::transient;
    const Permanence usual = row_of(judgement.reason).permanence;
    if (judgement.digit == 4) return Permanence::given_up;
    if (usual != Permanence::unknown) return usual;
    return judgement.digit == 5 ? Permanence::permanent : Permanence::unknown;
}

std::string_view name_of(Authentic authentic) {
    switch (authentic) {
        case Authentic::unknown:
            return "unknown";
        case Authentic::yes:
            return "yes";
        case Authentic::no:
            return "no";
    }
    return "";
}

Diagnosis diagnose_reply(std::string_view reply) {
    Diagnosis diagnosis;
    RecipientDiagnosis found;
    found.judgement = judge(std::span(&reply, 1), {});
    const Judgement& judgement = found.judgement;
    if (judgement.digit == 0 && !judgement.cause) return diagnosis;
    diagnosis.kind = judgement.digit == 2   ? Kind::success
                     : judgement.digit == 4 ? Kind::delay
                                            : Kind::bounce;
    found.kind = diagnosis.kind;
    found.is_reply = true;
    if (const auto address = find_address(reply)) found.recipient = std::string(address->text);
    found.permanence = permanence_of(found.kind, judgement);
    diagnosis.recipients.push_back(std::move(found));
    return diagnosis;
}

Diagnosis diagnose(std::string_view message, const Options& options) {
    Diagnosis diagnosis;
    std::string inner;
    for (int depth = 0; depth < nested_reports_max; ++depth) {
        ReportText report(options.known);
        read_report(report, message, options.charsets);
        Diagnosis found;
        Reading reading(report, options, found);
        reading.read();
        const bool is_better = found.kind != Kind::not_a_bounce && names_recipient(found);
        if (depth == 0 || (is_better && !reading.is_guess())) diagnosis = std::move(found);
        // A report inside a report: an alias of the sender was the recipient of the real one.
        const bool is_forwarded =
            diagnosis.kind == Kind::not_a_bounce && is_standard_report(report.original);
        if (!(reading.is_guess() || is_forwarded) || report.original.empty()) break;
        inner = std::string(report.original.substr(0, text_bytes_max));
        message = inner;
    }
    return diagnosis;
}

}  // namespace turnaway::bounce
