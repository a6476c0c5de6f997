// Part of PostgresSpool: runs the jobs, the changes of a batch as one transaction.
#include <algorithm>
#include <chrono>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include "spool/postgres/change_batch.h"
#include "spool/postgres/postgres_spool.h"
#include "spool/postgres/reading.h"
#include "spool/postgres/refusal.h"

namespace turnaway::spool::postgres {
namespace {

using namespace std::chrono_literals;

// A batch with more is split.
constexpr std::size_t batch_jobs_max = 2000;
constexpr std::uint64_t batch_content_bytes_max = std::uint64_t{4} * 1024 * 1024;
constexpr auto shortage_pause = 500ms;
// A client waits no longer for the end of a transaction that is in doubt.
constexpr auto doubt_wait_max = 30s;

std::uint64_t content_bytes_of(const Job& job) {
    std::uint64_t bytes = 0;
    if (const auto* change = std::get_if<Change>(&job.what)) {
        for (const auto& stored : change->add) bytes += stored.content->size();
    }
    return bytes;
}

void add_to(ChangeBatch* batch, const Job& job) {
    if (const auto* change = std::get_if<Change>(&job.what)) batch->add(*change);
    if (const auto* known = std::get_if<Remember>(&job.what)) batch->remember(known->host);
    if (const auto* forget = std::get_if<Forget>(&job.what)) batch->forget(forget->address);
    if (const auto* rest = std::get_if<Rest>(&job.what)) batch->rest(rest->host);
    if (const auto* wake = std::get_if<Wake>(&job.what)) batch->wake(wake->address);
}

// What need not wait for the database: whoever asked can ask again.
bool is_impatient(const Job& job) {
    return job.is_read() || job.is_new_only() || !std::holds_alternative<Change>(job.what);
}

}  // namespace

void PostgresSpool::run_pending() {
    while (!pending_.empty() && !connection_->is_over() && !has_failed_ &&
           Steady::now() >= next_try_) {
        Jobs changes;
        Jobs reads;
        std::uint64_t bytes = 0;
        while (!pending_.empty() && changes.size() + reads.size() < batch_jobs_max &&
               bytes < batch_content_bytes_max) {
            Job job = std::move(pending_.front());
            pending_.pop_front();
            bytes += content_bytes_of(job);
            (job.is_read() ? reads : changes).push_back(std::move(job));
        }
        if (!changes.empty()) commit(std::move(changes));
        for (auto& job : reads) {
            read(job);
            job.end();
        }
    }
}

// `is_alone`: one job after its batch was refused, so that it alone fails if it cannot be done.
void PostgresSpool::commit(Jobs jobs, bool is_alone) {
    ChangeBatch batch(node_.id(), turn(), peers_.ahead());
    for (const auto& job : jobs) add_to(&batch, job);
    auto statements = batch.statements(is_alone);
    if (!statements) {
        if (!is_alone) return commit_each(std::move(jobs));
        return refuse_now(std::move(jobs), statements.error());
    }
    statements->insert(statements->begin(), node_.fence());
    const auto asked = Steady::now();
    const auto ending = connection_->transact(*std::move(statements));
    commit_took_ = Steady::now() - asked;
    settle(std::move(jobs), is_alone, ending, batch.witness());
}

void PostgresSpool::commit_each(Jobs jobs) {
    while (!jobs.empty()) {
        // The order stays: what cannot be done now keeps the others waiting.
        if (connection_->is_over() || has_failed_ || Steady::now() < next_try_) {
            return put_back(std::move(jobs));
        }
        Jobs one;
        one.push_back(std::move(jobs.front()));
        jobs.pop_front();
        commit(std::move(one), true);
    }
}

void PostgresSpool::settle(Jobs jobs, bool is_alone, const Ending& ending, queue::QueueId witness) {
    lacks_space_ = is_lack_of_space(ending.state);
    switch (ending.kind) {
        case Ending::Kind::done:
            has_trouble_ = false;
            if (settings_.on_commit) settings_.on_commit(jobs.size());
            return end_committed(std::move(jobs));
        case Ending::Kind::unclear:
            lose("the database of the spool was lost: " + ending.words);
            doubt_ = Doubt{.since = Steady::now(), .jobs = std::move(jobs), .witness = witness};
            return;
        case Ending::Kind::refused:
            break;
    }
    switch (refusal_of(ending.state)) {
        case Refusal::fenced:
            put_back(std::move(jobs));
            return beat();  // which finds out, and says so
        case Refusal::other_host:
            put_back(std::move(jobs));
            return lose("the database of the spool only reads: " + ending.words);
        case Refusal::other_session:
            put_back(std::move(jobs));
            return lose(std::string(pooler_words));
        case Refusal::permanent:
            if (!is_alone) return commit_each(std::move(jobs));
            return refuse_now(std::move(jobs), {base::Fault::io, ending.words});
        case Refusal::passing:
            put_back(std::move(jobs));
            next_try_ = Steady::now() + shortage_pause;
            trouble_ = "the database of the spool refuses changes: " + ending.words;
            if (!has_trouble_.exchange(true)) warn(trouble_);
            return;
    }
}

// One job that can never be done: a new message is refused; the result of a delivery that cannot be
// recorded would be delivered again and again.
void PostgresSpool::refuse_now(Jobs jobs, const base::Error& error) {
    if (!is_impatient(jobs.front())) {
        put_back(std::move(jobs));
        return fail_for_good(error);
    }
    warn("a change of the spool is refused: " + error.message);
    end_all(std::move(jobs), base::Error{base::Fault::unavailable, error.message});
}

void PostgresSpool::put_back(Jobs jobs) {
    pending_.insert(pending_.begin(), std::make_move_iterator(jobs.begin()),
                    std::make_move_iterator(jobs.end()));
}

void PostgresSpool::read(Job& job) {
    const auto take = [&job](auto result, auto* out) {
        if (result) {
            *out = *std::move(result);
        } else {
            job.refused = std::move(result.error());
        }
    };
    if (const auto* list = std::get_if<List>(&job.what)) {
        return take(read_page(*connection_, node_, list->after, list->count), &job.page);
    }
    const auto& load = std::get<Load>(job.what);
    take(load.is_checked ? read_message(*connection_, node_.id(), load.id, folder_)
                         : read_unchecked(*connection_, node_.id(), load.id, folder_),
         &job.loaded);
}

// While the database is away or full.
void PostgresSpool::refuse_impatient() {
    if (has_failed_) {
        return end_all(std::exchange(pending_, {}), base::Error{fault_, trouble_});
    }
    const base::Error error{base::Fault::unavailable, trouble_};
    if (connection_->is_over() || Steady::now() < next_try_) {
        Jobs patient;
        Jobs impatient;
        for (auto& job : pending_) {
            (is_impatient(job) ? impatient : patient).push_back(std::move(job));
        }
        pending_ = std::move(patient);
        end_all(std::move(impatient), error);
    }
    if (!doubt_ || Steady::now() < doubt_->since + doubt_wait_max) return;
    Jobs patient;
    Jobs impatient;
    for (auto& job : doubt_->jobs) {
        if (!job.is_new_only()) {
            patient.push_back(std::move(job));
            continue;
        }
        for (const auto& stored : std::get<Change>(job.what).add) {
            doubt_->withdrawn.push_back(stored.message.id);
        }
        impatient.push_back(std::move(job));
    }
    doubt_->jobs = std::move(patient);
    end_all(std::move(impatient), error);
}

void PostgresSpool::end_committed(Jobs jobs) {
    for (const auto& job : jobs) peers_.note(job);
    end_all(std::move(jobs), {});
}

void PostgresSpool::end_all(Jobs jobs, const std::optional<base::Error>& error) {
    for (auto& job : jobs) {
        job.refused = error;
        job.end();
    }
}

}  // namespace turnaway::spool::postgres
