// The diagnosis of a recipient from a log: judged by the reply as a bounce is, with its attempts.
#pragma once

#include "bounce/diagnosis.h"
#include "bounce/log/message_table.h"

namespace turnaway::bounce {

Diagnosis diagnose_logged(LoggedRecipient&& logged);

}  // namespace turnaway::bounce
