// DiagnoseSummary: the totals of many diagnoses as tables with bars, and the addresses that a
// sender should leave alone.
//
// An address is suppressed only for a reason that is about the address or its domain and permanent
// (`suppress_days` in data/reasons.csv): a full mailbox or a block of the sender's own host never
// suppresses one. Memory grows with the number of different domains and suppressed addresses.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "cli/common/colours.h"
#include "cli/diagnose/diagnose_record.h"

namespace turnaway::cli {

class DiagnoseSummary {
  public:
    void add(const DiagnoseRow& row);
    // In at most 80 columns.
    void append(std::string& out, const Colours& colours) const;

  private:
    using Totals = std::map<std::string, std::size_t, std::less<>>;
    static void count(Totals& totals, std::string_view name);
    void append_table(std::string& out, std::string_view title, const Totals& totals,
                      std::size_t rows_max, const Colours& colours) const;

    Totals kinds_, reasons_, domains_, remotes_, actors_;
    std::size_t rows_ = 0;
};

class SuppressionList {
  public:
    void add(const DiagnoseRow& row);
    // CSV: address, reason, expiry date, evidence; sorted by address.
    void append(std::string& out, std::chrono::sys_days today) const;

  private:
    struct Entry {
        bounce::Reason reason;
        std::string evidence;
    };
    std::map<std::string, Entry> entries_;
};

}  // namespace turnaway::cli
