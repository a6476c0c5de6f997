// CompatibleNames: the names that other programs give to a diagnosis, for those who move to
// turnaway or compare it.
//
// The names of KumoMTA, SparkPost and SendGrid follow from the reason alone. Sisimai's also depend
// on the command that was refused and on the code, so they are worked out here: an unknown user is
// `userunknown` only if RCPT or the code shows it, else `filtered`.
#pragma once

#include <string_view>

#include "bounce/diagnosis.h"

namespace turnaway::bounce {

std::string_view sisimai_reason(const RecipientDiagnosis& recipient);
// Whether Sisimai calls it a hard bounce.
bool is_sisimai_hard(const RecipientDiagnosis& recipient);

}  // namespace turnaway::bounce
