// NamedFields: the fields of a diagnosis that are plain text or a code, with the names that JSON
// and libturnaway give them, in their order.
#pragma once

#include <string>
#include <string_view>

#include "bounce/diagnosis.h"
#include "bounce/reason.h"
#include "codes/stage.h"

namespace turnaway::bounce {

// Calls `take(name, text)`; an empty text is a field that is missing. The reply code is the only
// number: `take(name, std::optional<codes::ReplyCode>)`.
template <class Take>
void for_each_field(const RecipientDiagnosis& recipient, Take&& take) {
    const Judgement& judgement = recipient.judgement;
    const ReasonRow& reason = row_of(judgement.reason);
    take("recipient", std::string_view(recipient.recipient));
    take("original_recipient", std::string_view(recipient.original_recipient));
    take("reason", reason.name);
    take("permanence", name_of(recipient.permanence));
    take("scope", reason.scope);
    take("who_acts", reason.who_acts);
    take("action", reason.action);
    take("reply", judgement.reply);
    take("enhanced",
         std::string_view(judgement.enhanced ? judgement.enhanced->text() : std::string()));
    take("remote", std::string_view(recipient.remote));
    take("phase", codes::title(judgement.stage));
}

template <class Take>
void for_each_field(const Original& original, Take&& take) {
    take("message_id", std::string_view(original.message_id));
    take("from", std::string_view(original.from));
    take("to", std::string_view(original.to));
    take("subject", std::string_view(original.subject));
    take("date", std::string_view(original.date));
    take("list_id", std::string_view(original.list_id));
}

}  // namespace turnaway::bounce
