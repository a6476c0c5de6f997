// The table of the relay's settings: one row per key. The reader, the defaults, the listing, the
// man page and `--print-schema` all use it; nothing else defines the allowed values.
#pragma once

#include "relay/config/config.h"
#include "settings/schema.h"

namespace turnaway::relay {

const settings::Schema<Config>& schema();

}  // namespace turnaway::relay
