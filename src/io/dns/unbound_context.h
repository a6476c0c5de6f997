// UnboundContext: a libunbound context with the settings applied.
//
// The order matters: options first, then the calls that fix them (zones and local data). With an
// event base it works in that loop and must be destroyed before it; without one it is for the
// blocking ub_resolve.
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
