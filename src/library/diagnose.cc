// turnaway_diagnose: what a message says about the delivery of another one (bounce/diagnosis.h),
// one record for each recipient. The fields are those of `turnaway diagnose --json` with the same
// names, without its nesting; turnaway(3) lists them.
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "bounce/compatible_names.h"
#include "bounce/diagnosis.h"
#include "bounce/iconv_reader.h"
#include "bounce/named_fields.h"
#include "codes/cause.h"
#include "library/result.h"

namespace turnaway::library {
namespace {

struct RecordWriter {
    Record& record;

    void operator()(const char* name, std::string_view text) const { record.add(name, text); }
    void operator()(const char* name, const std::optional<codes::ReplyCode>& code) const {
        if (code) record.add(name, code->text());
    }
};

void add_recipient(Record& record, const bounce::RecipientDiagnosis& recipient) {
    const bounce::Judgement& judgement = recipient.judgement;
    bounce::for_each_field(recipient, RecordWriter{record});
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
    bounce::for_each_field(diagnosis.original, RecordWriter{record});
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
