// DiagnoseMetrics: counters of what a followed log says, for Prometheus, on a page of their own.
//
// One thread serves the page, another counts; a mutex is between them. Labels are bounded: kinds,
// reasons and permanences are tables, and of the domains only those with the most failures have a
// counter (`domains_max`), the rest is `other`. A domain that fails more than twice as often as the
// least of them takes its place, whose count goes to `other`; so no counter ever falls.
#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "base/result.h"
#include "cli/diagnose/diagnose_record.h"
#include "io/endpoint.h"
#include "io/http_endpoint.h"

namespace turnaway::cli {

class DomainCounters {
  public:
    static constexpr std::size_t candidates_max = 10'000;
    explicit DomainCounters(std::size_t domains_max) : domains_max_(domains_max) {}

    void count(std::string_view domain);
    const std::map<std::string, std::uint64_t, std::less<>>& named() const { return named_; }
    std::uint64_t others() const { return others_; }

  private:
    std::size_t domains_max_;
    std::map<std::string, std::uint64_t, std::less<>> named_;
    std::map<std::string, std::uint64_t, std::less<>> candidates_;  // counted in `others_`
    std::uint64_t others_ = 0;
};

class DiagnoseMetrics {
  public:
    explicit DiagnoseMetrics(std::size_t domains_max) : domains_(domains_max) {}
    DiagnoseMetrics(const DiagnoseMetrics&) = delete;
    DiagnoseMetrics& operator=(const DiagnoseMetrics&) = delete;
    ~DiagnoseMetrics();

    // Serves the page from now on.
    [[nodiscard]] base::Result<void> open(const io::Endpoint& listen);
    io::Endpoint local() const { return endpoint_->local(); }
    void add(const DiagnoseRow& row);
    std::string page() const;

  private:
    mutable std::mutex mutex_;
    std::map<std::string, std::uint64_t, std::less<>> recipients_;  // by their labels
    DomainCounters domains_;
    boost::asio::io_context context_;
    std::unique_ptr<io::HttpEndpoint> endpoint_;
    std::jthread thread_;
};

}  // namespace turnaway::cli
