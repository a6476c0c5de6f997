// AuditHtml: the file that the report of an audit as a page goes to (`--html`).
//
// Opened before the first question, so that nobody waits an hour to hear that it cannot be written;
// what was there before stays until the new page is whole. Any thread may add.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/result.h"
#include "park/html_report.h"

namespace turnaway::cli {

class AuditHtml {
  public:
    // Nothing is left of the new file unless `write` is called and succeeds.
    static base::Result<std::unique_ptr<AuditHtml>> open(const std::string& path);
    ~AuditHtml();
    AuditHtml(const AuditHtml&) = delete;
    AuditHtml& operator=(const AuditHtml&) = delete;

    void add(const park::AuditResult& result);
    base::Result<void> write();

  private:
    AuditHtml(std::string path, std::string draft, int descriptor);

    std::string path_;
    std::string draft_;  // beside it, becomes it; empty when it has
    int descriptor_;
    std::mutex mutex_;
    park::HtmlReport report_;
};

}  // namespace turnaway::cli
