// turnaway_diagnose: what a message says about the delivery of another one (bounce/diagnosis.h),
// one record for each recipient. The fields are those of `turnaway diagnose --json` with the same
// names, without its nesting; turnaway(3) lists them.
#include <memory>
#include <string>
#include <string_view>

#include "bounce/compatible_names.h"
#include "bounce/diagnosis.h"
#include "bounce/iconv_reader.h"
#include "bounce/reason.h"
#include "codes/cause.h"
#include "codes/stage.h"
#include "library/result.h"

namespace turnaway::library {
namespace {

void add_recipient(Record& record, const bounce::RecipientDiagnosis& recipient) {
    const bounce::Judgement& judgement = recipient.judgement;
    const bounce::ReasonRow& reason = bounce::row_of(judgement.reason);
    record.add("recipient", recipient.recipient);
    record.add("original_recipient", recipient.original_recipient);
    record.add("reason", reason.name);
    record.add("permanence", bounce::name_of(recipient.permanence));
    record.add("scope", reason.scope);
    record.add("who_acts", reason.who_acts);
    record.add("action", reason.action);
    if (judgement.reply) record.add("reply", judgement.reply->text());
    if (judgement.enhanced) record.add("enhanced", judgement.enhanced->text());
    record.add("remote", recipient.remote);
    record.add("phase", codes::title(judgement.stage));
    record.add("confidence", bounce::name_of(judgement.confidence));
    record.add("basis", judgement.basis);
    if (judgement.cause) record.add("rule", codes::row_of(*judgement.cause).name);
    record.add("evidence", judgement.evidence);
    record.add("sisimai_reason", bounce::sisimai_reason(recipient));
    record.add("sisimai_hardbounce", bounce::is_sisimai_hard(recipient) ? "true" : "false");
}

void add_message(Record& record, const bounce::Diagnosis& diagnosis) {
    record.add("reporting_mta", diagnosis.reporting_mta);
    record.add("feedback_type", diagnosis.feedback_type);
    record.add("message_id", diagnosis.original.message_id);
    record.add("from", diagnosis.original.from);
    record.add("to", diagnosis.original.to);
    record.add("subject", diagnosis.original.subject);
    record.add("date", diagnosis.original.date);
    record.add("list_id", diagnosis.original.list_id);
}

turnaway_result* diagnose(std::string_view message) {
    bounce::IconvReader charsets;
    bounce::Options options;
    options.charsets = [&](std::string_view charset, std::string_view bytes) {
        return charsets.read(charset, bytes);
    };
    const bounce::Diagnosis diagnosis = bounce::diagnose(message, options);
    auto result = std::make_unique<turnaway_result>();
    for (const bounce::RecipientDiagnosis& recipient : diagnosis.recipients) {
        Record& record = result->records.emplace_back();
        record.add("kind", bounce::name_of(recipient.kind));
        add_recipient(record, recipient);
        add_message(record, diagnosis);
    }
    if (diagnosis.recipients.empty()) {
        Record& record = result->records.emplace_back();
        record.add("kind", bounce::name_of(diagnosis.kind));
        add_message(record, diagnosis);
    }
    return result.release();
}

}  // namespace
}  // namespace turnaway::library

turnaway_result* turnaway_diagnose(const char* message, size_t bytes) {
    return turnaway::library::guarded([&] {
        return turnaway::library::diagnose(message != nullptr ? std::string_view(message, bytes)
                                                              : "");
    });
}
