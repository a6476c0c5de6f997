// UnboundContext: a libunbound context made as our settings say.
//
// The order matters: options first, then what makes libunbound fix them (zones and local data).
// With a base for its events it works in that loop and must go before it; without one it is for
// ub_resolve, which waits.
#pragma once

#include <unbound-event.h>
#include <unbound.h>

#include <memory>

#include "base/result.h"
#include "io/dns/unbound_resolver.h"

namespace turnaway::io {

struct DeleteUnbound {
    void operator()(ub_ctx* context) const { ub_ctx_delete(context); }
};
using UnboundContext = std::unique_ptr<ub_ctx, DeleteUnbound>;

[[nodiscard]] base::Result<UnboundContext> make_unbound_context(
    const UnboundResolver::Settings& settings, ub_event_base* events = nullptr);

}  // namespace turnaway::io
