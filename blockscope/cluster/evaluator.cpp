#include "blockscope/cluster/evaluator.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>

#include "blockscope/metric/measured.hpp"

namespace blockscope {
namespace {

using Clock = std::chrono::steady_clock;

}  // namespace

struct Evaluator::State {
    /// Shows that work gets on, and ends it when its epoch is over.
    struct Watched : Progress {
        State& state;
        Watched(State& s) : state(s) {}
        void update(std::string_view, double, double) override { ++state.signs; }
        bool stop_requested() const override {
            ++state.signs;
            return state.ending || state.over;
        }
    };

    bool is_over(const Job& job) const {
        const auto found = stopped_epochs.find(job.metric);
        return found != stopped_epochs.end() && job.epoch <= found->second;
    }
    Done open(const Job& job);
    Done evaluate(const Job& job);
    void run();

    OpenMetric open_metric;
    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    std::deque<Job> jobs;
    std::deque<Done> done;
    std::map<std::uint32_t, OpenedMetric> metrics;
    std::map<std::uint32_t, std::uint64_t> stopped_epochs;
    Job running;
    bool busy = false;
    std::atomic<bool> ending = false;
    std::atomic<bool> over = false;  ///< of the job that runs
    std::atomic<std::uint64_t> signs = 0;
};

Done Evaluator::State::open(const Job& job) {
    Done result{job.metric, job.epoch, 0};
    OpenedMetric opened = open_metric(job.description);
    result.worker = {worker_facts(opened), opened.conditions};
    const std::lock_guard lock(mutex);
    metrics[job.metric] = std::move(opened);
    return result;
}

Done Evaluator::State::evaluate(const Job& job) {
    Done result{job.metric, job.epoch, job.number};
    OpenedMetric opened;
    {
        const std::lock_guard lock(mutex);
        const auto found = metrics.find(job.metric);
        if (found == metrics.end()) throw Error("the metric is not open", Fault::runtime);
        opened = found->second;
    }
    Watched progress(*this);
    const auto start = Clock::now();
    if (job.parts == 0) {
        result.column =
            opened.metric->evaluate_or_give_up(*opened.space, job.archs, job.bounds, &progress);
    } else {
        result.column.values =
            divisible(*opened.metric)
                ->evaluate_part(job.archs.front(), job.part, job.parts, &progress);
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    if (const auto* measured = opened.metric->measured()) {
        const auto samples = measured->samples();
        result.samples.assign(samples.begin(), samples.end());
        if (!job.archs.empty()) {
            result.reference_ms = measured->reference_ms(job.archs.front().resolution);
        }
    }
    result.remarks = opened.metric->remarks();
    return result;
}

void Evaluator::State::run() {
    for (;;) {
        Job job;
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, [&] { return ending || !jobs.empty(); });
            if (ending) return;
            job = std::move(jobs.front());
            jobs.pop_front();
            if (is_over(job)) continue;
            running = job;
            over = false;
            busy = true;
        }
        Done result;
        try {
            result = job.description.empty() ? evaluate(job) : open(job);
        } catch (const Error& e) {
            result = {job.metric, job.epoch, job.number};
            result.error = e.what();
            result.fault = e.fault();
        } catch (const std::exception& e) {
            result = {job.metric, job.epoch, job.number};
            result.error = e.what();
        }
        const std::lock_guard lock(mutex);
        busy = false;
        // half of a batch that was told to stop is nothing to count on
        if (!over && !ending) done.push_back(std::move(result));
        changed.notify_all();
    }
}

Evaluator::Evaluator(OpenMetric open) : state_(std::make_shared<State>()) {
    state_->open_metric = std::move(open);
    // the thread shares the state, so it may outlive this object if a metric never returns
    thread_ = std::thread([state = state_] { state->run(); });
}

Evaluator::~Evaluator() { end(); }

bool Evaluator::end() {
    if (!thread_.joinable()) return true;
    {
        const std::lock_guard lock(state_->mutex);
        state_->ending = true;
        state_->jobs.clear();
    }
    state_->changed.notify_all();
    constexpr double patience_s = 5;
    const bool rests = rests_within(patience_s);
    rests ? thread_.join() : thread_.detach();
    return rests;
}

void Evaluator::push(Job job) {
    const std::lock_guard lock(state_->mutex);
    state_->jobs.push_back(std::move(job));
    state_->changed.notify_all();
}

void Evaluator::adopt(std::uint32_t number, OpenedMetric metric) {
    const std::lock_guard lock(state_->mutex);
    state_->metrics[number] = std::move(metric);
}

void Evaluator::stop(std::uint32_t metric, std::uint64_t epoch) {
    const std::lock_guard lock(state_->mutex);
    auto& until = state_->stopped_epochs[metric];
    until = std::max(until, epoch);
    std::erase_if(state_->jobs, [&](const Job& job) { return state_->is_over(job); });
    std::erase_if(state_->done, [&](const Done& d) {
        return d.metric == metric && d.number != 0 && d.epoch <= epoch;
    });
    if (state_->busy && state_->is_over(state_->running)) state_->over = true;
}

std::optional<Done> Evaluator::pop() {
    const std::lock_guard lock(state_->mutex);
    if (state_->done.empty()) return std::nullopt;
    Done first = std::move(state_->done.front());
    state_->done.pop_front();
    return first;
}

void Evaluator::wait(double seconds) const {
    std::unique_lock lock(state_->mutex);
    state_->changed.wait_for(lock, std::chrono::duration<double>(seconds),
                             [&] { return !state_->done.empty(); });
}

bool Evaluator::idle() const {
    const std::lock_guard lock(state_->mutex);
    return !state_->busy && state_->jobs.empty();
}

std::uint64_t Evaluator::signs() const { return state_->signs; }

bool Evaluator::rests_within(double seconds) const {
    std::unique_lock lock(state_->mutex);
    return state_->changed.wait_for(lock, std::chrono::duration<double>(seconds),
                                    [&] { return !state_->busy; });
}

Divisible* divisible(Metric& metric) { return dynamic_cast<Divisible*>(&metric); }

Metric::Facts worker_facts(const OpenedMetric& opened) {
    const Measured* measured = opened.metric->measured();
    if (measured == nullptr) return opened.metric->facts();
    Metric::Facts facts = measured->context().stable;
    for (const auto& [name, value] : opened.conditions) {
        if (name == "host") facts.emplace_back(name, value);
    }
    facts.emplace_back("device", opened.device.empty() ? std::string(no_device) : opened.device);
    return facts;
}

}  // namespace blockscope
