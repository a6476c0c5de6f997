// The table of the relay's settings: one row a key. The reader, the defaults, the listing, the man
// page and `--print-schema` all use it; nothing else knows what a key may hold.
#pragma once

#include "relay/config/config.h"
#include "settings/schema.h"

namespace turnaway::relay {

const settings::Schema<Config>& schema();

}  // namespace turnaway::relay
