#include "spool/sqlite/open_spool.h"

#include <utility>

#include "spool/sqlite/sqlite_spool.h"

namespace turnaway::spool {

base::Result<std::unique_ptr<Spool>> open_spool(SpoolSettings settings) {
    return SqliteSpool::open(std::move(settings));
}

}  // namespace turnaway::spool
