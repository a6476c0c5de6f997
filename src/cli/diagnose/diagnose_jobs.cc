#include "cli/diagnose/diagnose_jobs.h"

namespace turnaway::cli {

DiagnoseJobs::DiagnoseJobs(std::size_t jobs, std::function<Work()> make_work,
                           std::function<void(DiagnoseBatch&)> done)
    : jobs_(jobs), make_work_(std::move(make_work)), done_(std::move(done)) {
    if (jobs_ == 1) own_work_ = make_work_();
}

DiagnoseJobs::~DiagnoseJobs() {
    {
        const std::scoped_lock lock(mutex_);
        is_over_ = true;
        taken_ = batches_.size();
    }
    has_work_.notify_all();
}

void DiagnoseJobs::add(DiagnoseCase&& one) {
    filling_->bytes += one.text.size();
    if (!own_work_) one.keep();
    filling_->cases.push_back(std::move(one));
    if (own_work_) {
        own_work_(*filling_);
        done_(*filling_);
        filling_->clear();
        return;
    }
    if (filling_->cases.size() >= batch_cases || filling_->bytes >= batch_bytes) hand_over();
}

void DiagnoseJobs::hand_over() {
    if (threads_.size() < jobs_) {
        threads_.emplace_back([this] { work_on(make_work_()); });
    }
    {
        const std::scoped_lock lock(mutex_);
        batches_.push_back(std::exchange(filling_, std::make_unique<DiagnoseBatch>()));
    }
    has_work_.notify_one();
    while (!batches_.empty()) {
        {
            const std::scoped_lock lock(mutex_);
            if (!batches_.front()->is_done && batches_.size() <= 2 * jobs_) return;
        }
        take_front();
    }
}

void DiagnoseJobs::take_front() {
    std::unique_ptr<DiagnoseBatch> batch;
    {
        std::unique_lock lock(mutex_);
        is_done_.wait(lock, [this] { return batches_.front()->is_done; });
        batch = std::move(batches_.front());
        batches_.pop_front();
        --taken_;
    }
    done_(*batch);
}

void DiagnoseJobs::finish() {
    if (own_work_) return;
    if (!filling_->cases.empty()) hand_over();
    while (!batches_.empty()) take_front();
}

void DiagnoseJobs::work_on(const Work& work) {
    std::unique_lock lock(mutex_);
    for (;;) {
        has_work_.wait(lock, [this] { return is_over_ || taken_ < batches_.size(); });
        if (taken_ >= batches_.size()) return;
        DiagnoseBatch& batch = *batches_[taken_++];
        lock.unlock();
        work(batch);
        lock.lock();
        batch.is_done = true;
        is_done_.notify_one();
    }
}

}  // namespace turnaway::cli
