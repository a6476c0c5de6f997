// turnaway_explain: the interpretation of a reply (codes/interpretation.h) as a record. The fields
// are those of `turnaway explain --json` with the same names; turnaway(3) lists them.
#include <memory>
#include <string>
#include <string_view>

#include "codes/implied_code.h"
#include "codes/interpretation.h"
#include "codes/reply_line.h"
#include "library/result.h"

namespace turnaway::library {
namespace {

std::string_view sentence_of(codes::ReadFault fault) {
    using enum codes::ReadFault;
    switch (fault) {
        case empty:
            return "There is no text.";
        case no_code:
            return "There is no reply code and no enhanced code in the text.";
        case reply_digit:
            return "A reply code begins with a digit from 2 to 5.";
        case reply_length:
            return "A reply code has three digits.";
        case class_digit:
            return "An enhanced code begins with 2, 4 or 5.";
        case part_too_long:
            return "The parts of an enhanced code are at most 999.";
        case too_many_parts:
            return "An enhanced code has three parts.";
    }
    return "The text cannot be read.";
}

std::string_view name_of(codes::Basis basis) {
    using enum codes::Basis;
    return basis == standard ? "standard" : basis == text ? "text" : "provider";
}

// What is wrong, or what the code means, in one sentence.
std::string_view answer_of(const codes::ReplyInterpretation& interpretation) {
    if (interpretation.basis == codes::Basis::provider) return interpretation.collision->meaning;
    const bool is_known = interpretation.known == codes::Known::whole;
    if (is_known && !interpretation.is_words_only && !interpretation.answers_by_cause()) {
        return interpretation.standard_meaning();
    }
    if (interpretation.cause) return codes::row_of(*interpretation.cause).answer;
    if (interpretation.subject_row != nullptr) return interpretation.subject_row->meaning;
    return interpretation.class_row != nullptr ? interpretation.class_row->meaning : "";
}

Record record_of(const codes::ReplyInterpretation& interpretation) {
    Record record;
    if (interpretation.reply) record.add("reply_code", interpretation.reply->text());
    if (interpretation.enhanced) record.add("enhanced_code", interpretation.enhanced->text());
    if (const auto implied = codes::implied_code(interpretation)) {
        record.add("implied_code", implied->text());
    }
    if (interpretation.class_row != nullptr) record.add("class", interpretation.class_row->title);
    record.add("answer", answer_of(interpretation));
    record.add("basis", name_of(interpretation.basis));
    if (const auto cause = interpretation.shown_cause()) {
        record.add("cause", codes::row_of(*cause).name);
        record.add("cause_title", codes::row_of(*cause).title);
    }
    if (interpretation.providers != 0) {
        record.add("provider", codes::name_of_first(interpretation.providers));
    }
    record.add("stage", codes::title(interpretation.stage));
    record.add("who_acts", codes::name_of(interpretation.actor));
    record.add("retry", codes::name_of(interpretation.retry));
    record.add("advice", interpretation.advice);
    return record;
}

turnaway_result* explain(std::string_view reply) {
    auto result = std::make_unique<turnaway_result>();
    codes::ReplyReader reader;
    auto reading = reader.read(reply);
    if (!reading && reading.error() == codes::ReadFault::no_code) {
        const auto words = codes::judge(reader.read_words(reply));
        if (words.cause) {
            result->records.push_back(record_of(words));
            return result.release();
        }
    }
    if (reading) {
        result->records.push_back(record_of(codes::judge(*reading)));
    } else {
        result->error = sentence_of(reading.error());
    }
    return result.release();
}

}  // namespace
}  // namespace turnaway::library

turnaway_result* turnaway_explain(const char* reply, size_t bytes) {
    return turnaway::library::guarded([&] {
        return turnaway::library::explain(reply != nullptr ? std::string_view(reply, bytes) : "");
    });
}
