#include "report/dsn_requested.h"

namespace turnaway::report {

bool is_dsn_requested(const mail::ReversePath& sender, const mail::Recipient& recipient,
                      Action action) {
    if (sender.is_null()) return false;
    const mail::Notify usual{.failure = true, .delay = true};
    const mail::Notify notify = recipient.notify.value_or(usual);
    if (notify.never) return false;
    switch (action) {
        case Action::failed:
            return notify.failure;
        case Action::delayed:
            return notify.delay;
        case Action::delivered:
        case Action::relayed:
        case Action::expanded:
            return notify.success;
    }
    return false;
}

}  // namespace turnaway::report
