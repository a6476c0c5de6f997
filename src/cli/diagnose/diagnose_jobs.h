// DiagnoseJobs: diagnoses cases in several threads and gives the results in the order of the input.
//
// The caller's thread reads, and takes the results; the others work. Cases are handed over in
// batches; at most two batches for each thread and the one being filled are in memory. With one
// job there are no threads, and each case is done at once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bounce/diagnosis.h"
#include "cli/diagnose/case_reader.h"

namespace turnaway::cli {

struct DiagnoseBatch {
    std::vector<DiagnoseCase> cases;
    std::size_t bytes = 0;
    // Filled by the work: text to write, or what the totals need.
    std::string text;
    std::vector<bounce::Diagnosis> diagnoses;
    bool is_done = false;

    // For the next cases; the memory stays.
    void clear() {
        cases.clear();
        bytes = 0;
        text.clear();
        diagnoses.clear();
        is_done = false;
    }
};

class DiagnoseJobs {
  public:
    // `make_work` gives each thread a function of its own; `done` is called in the caller's thread.
    using Work = std::function<void(DiagnoseBatch&)>;
    DiagnoseJobs(std::size_t jobs, std::function<Work()> make_work,
                 std::function<void(DiagnoseBatch&)> done);
    ~DiagnoseJobs();
    DiagnoseJobs(const DiagnoseJobs&) = delete;
    DiagnoseJobs& operator=(const DiagnoseJobs&) = delete;

    void add(DiagnoseCase&& one);
    // Waits for all results.
    void finish();

  private:
    static constexpr std::size_t batch_cases = 64;
    static constexpr std::size_t batch_bytes = std::size_t{512} * 1024;

    void hand_over();
    void take_front();
    void work_on(const Work& work);

    std::size_t jobs_;
    std::function<Work()> make_work_;
    std::function<void(DiagnoseBatch&)> done_;
    Work own_work_;  // of the caller's thread, if it is the only one
    std::unique_ptr<DiagnoseBatch> filling_ = std::make_unique<DiagnoseBatch>();
    std::mutex mutex_;
    std::condition_variable has_work_, is_done_;
    std::deque<std::unique_ptr<DiagnoseBatch>> batches_;  // in the order of the input
    std::size_t taken_ = 0;                               // of them, by the threads
    bool is_over_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace turnaway::cli
