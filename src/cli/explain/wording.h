// Wording: a ReplyInterpretation in plain sentences. Every sentence of `turnaway explain` about a
// code is made here or comes from the tables in data/; text and JSON output share them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codes/interpretation.h"

namespace turnaway::cli {

// The codes as found: "550 5.1.10", "5.1.x", "5xx".
std::string label_of(const codes::ReplyInterpretation& interpretation);
// The enhanced code or its pattern: "5.1.10", "5.1.x", "X.1.10"; empty if there is none.
std::string enhanced_text_of(const codes::ReplyInterpretation& interpretation);
// The code that carries the meaning: "5.1.10" or "521".
std::string meaning_code_of(const codes::ReplyInterpretation& interpretation);
// The answer in one or two sentences, without the label.
std::string answer_of(const codes::ReplyInterpretation& interpretation);
// "permanent failure"; "more input awaited" for 3yz; "class not given" for X.1.10.
std::string_view class_title_of(const codes::ReplyInterpretation& interpretation);

// The reply codes commonly used with the enhanced code in the class of the reply.
std::vector<codes::ReplyCode> usual_replies(const codes::ReplyInterpretation& interpretation);
// Whether the enhanced code of a row is commonly used with the reply code, which has the meaning.
bool is_usual_pair(const codes::EnhancedRow& row, const codes::ReplyInterpretation& interpretation);

// "permanent failure; RFC 3463 calls X.1.1 useful only as one".
std::string kind_of(const codes::ReplyInterpretation& interpretation);

std::string_view name_of(codes::Note note);  // "class-differs"
std::string sentence_of(codes::Note note, const codes::ReplyInterpretation& interpretation);
std::string_view name_of(codes::UsefulAs useful);  // "permanent"; empty: any of its classes
std::string_view words_of(codes::Track track);     // "standards track"
std::string_view name_of(codes::Basis basis);
std::string_view words_of(codes::Actor actor);  // "the administrator of the sending system"
std::string_view words_of(codes::Retry retry);

// What was expected instead of the input; one sentence, safe to print.
std::string sentence_of(codes::ReadFault fault, std::string_view input);

}  // namespace turnaway::cli
