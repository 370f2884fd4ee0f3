#include "blockscope/cluster/team_metric.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/cluster/schedule.hpp"
#include "blockscope/metric/measured.hpp"

namespace blockscope {
namespace {

using Clock = std::chrono::steady_clock;

std::string value_of(const Metric::Facts& facts, std::string_view name) {
    for (const auto& [n, value] : facts) {
        if (n == name) return value;
    }
    return "";
}

/// The first fact that differs, apart from where something was measured; "" if none does.
std::string difference(const Metric::Facts& here, const Metric::Facts& there) {
    for (const auto* facts : {&here, &there}) {
        for (const auto& [name, value] : *facts) {
            if (name == "host" || name == "device") continue;
            const auto a = value_of(here, name);
            const auto b = value_of(there, name);
            if (a != b) return fmt::format("{}: '{}', and '{}' of rank 0", name, b, a);
        }
    }
    return "";
}

/// The rows of a column at some places.
Arriving::Part part_of(Done done, std::size_t first, std::vector<std::size_t> rows) {
    Arriving::Part part;
    part.seconds = done.seconds;
    part.reference_ms = done.reference_ms;
    if (rows.size() == done.column.values.size()) {
        part.column = std::move(done.column);
        part.samples = std::move(done.samples);
    } else {  // a part of them was answered by another rank before
        std::vector<std::size_t> place(done.column.values.size(), rows.size());
        for (std::size_t k = 0; k < rows.size(); ++k) {
            const std::size_t i = rows[k] - first;
            place[i] = k;
            part.column.values.push_back(done.column.values[i]);
            if (!done.column.spread.empty()) part.column.spread.push_back(done.column.spread[i]);
        }
        for (auto& [i, reason] : done.column.failures) {
            if (place[i] < rows.size()) part.column.failures.emplace_back(place[i], reason);
        }
        for (auto given_up : done.column.given_up) {
            given_up.index = place[given_up.index];
            if (given_up.index < rows.size()) part.column.given_up.push_back(given_up);
        }
        for (auto sample : done.samples) {
            if (!sample.is_reference && place[sample.network] == rows.size()) continue;
            if (!sample.is_reference) sample.network = place[sample.network];
            part.samples.push_back(sample);
        }
    }
    part.rows = std::move(rows);
    return part;
}

/// Where another resolution begins, so that seconds and reference times are of one.
std::vector<std::size_t> borders(std::span<const Architecture> archs) {
    std::vector<std::size_t> found;
    for (std::size_t i = 1; i < archs.size(); ++i) {
        if (archs[i].resolution != archs[i - 1].resolution) found.push_back(i);
    }
    return found;
}

constexpr double pause_s = 2e-3;          // between two looks: 0.5 % of a core
constexpr double measured_message_s = 1;  // each begins beside the reference network

ScheduleOptions schedule_options(Metric& metric, const CrewOptions& crew, int ranks) {
    ScheduleOptions options;
    // rank 0 has no more than a fifth of its time for messages, at 50 us each
    options.message_s = std::max(crew.message_s, 250e-6 * ranks);
    options.silence_s = crew.silence_s;
    options.at_first = std::min<std::size_t>(options.at_first, metric.info().at_first);
    if (const auto* measured = metric.measured()) {
        options.message_s = std::max(measured_message_s, options.message_s);
        options.least = measured->at_once();
        options.at_first = measured->first_batch();
    }
    return options;
}

}  // namespace

TeamMetric::TeamMetric(OpenedMetric own, Crew& crew,
                       const std::function<std::string(int)>& description)
    : own_(std::move(own)),
      crew_(crew),
      number_(crew.new_metric()),
      evaluator_([](const std::string&) -> OpenedMetric {
          throw Error("rank 0 has its metric", Fault::runtime);
      }),
      states_(static_cast<std::size_t>(crew.size()), State::opening),
      worker_of_(states_.size(), 0) {
    Telegram telegram;
    telegram.kind = Telegram::Kind::job;
    telegram.job.metric = number_;
    for (int rank = 1; rank < crew_.size(); ++rank) {
        telegram.job.description = description(rank);
        if (telegram.job.description.empty()) {
            states_[static_cast<std::size_t>(rank)] = State::lost;
        } else {
            crew_.send(rank, telegram);
        }
    }
    evaluator_.adopt(number_, own_);
    workers_.push_back({worker_facts(own_), own_.conditions});
    states_[0] = State::ready;
}

TeamMetric::~TeamMetric() {
    Telegram stop;
    stop.kind = Telegram::Kind::stop;
    stop.job.metric = number_;
    stop.job.epoch = std::numeric_limits<std::uint64_t>::max();
    crew_.send_all(stop);
}

std::string TeamMetric::name_of(int rank) const {
    const auto i = static_cast<std::size_t>(rank);
    if (states_[i] == State::opening) return fmt::format("rank {}", rank);
    const Worker& worker = workers_[worker_of_[i]];
    const auto host = value_of(worker.conditions, "host");
    return host.empty() ? fmt::format("rank {}", rank) : fmt::format("rank {} on {}", rank, host);
}

std::size_t TeamMetric::at_once() const {
    std::size_t each = 1;
    if (const auto* measured = own_.metric->measured()) each = measured->at_once();
    const auto lost = std::count(states_.begin(), states_.end(), State::lost);
    return std::max<std::size_t>(1, states_.size() - static_cast<std::size_t>(lost)) * each;
}

std::vector<std::string> TeamMetric::remarks() const {
    std::set<std::string> all = remarks_;
    for (auto& line : own_.metric->remarks()) all.insert(line);
    return {all.begin(), all.end()};
}

void TeamMetric::lose(int rank, const std::string& why, Fault fault) {
    last_loss_ = fmt::format("{}: {}", name_of(rank), why);
    last_fault_ = fault;
    states_[static_cast<std::size_t>(rank)] = State::lost;
    crew_.tell(fmt::format("{}: {} gets no more work: {}", info().name, name_of(rank), why));
}

void TeamMetric::opened(int rank, Done done) {
    const auto i = static_cast<std::size_t>(rank);
    if (!done.error.empty()) return lose(rank, done.error, done.fault);
    worker_of_[i] = workers_.size();
    workers_.push_back(std::move(done.worker));
    states_[i] = State::ready;
    const Worker& worker = workers_.back();
    const auto differs = difference(workers_.front().facts, worker.facts);
    if (!differs.empty()) {
        return lose(rank, "its values would rest on something else (" + differs + ")",
                    Fault::input);
    }
    if (measured() == nullptr) return;
    const auto place = [](const Metric::Facts& facts) {
        const auto host = value_of(facts, "host");
        const auto device = value_of(facts, "device");
        if (device == no_device) return host.empty() ? std::string("its host") : host;
        return host.empty() ? device : device + " of " + host;
    };
    const std::string here = place(workers_.front().facts);
    if (const auto there = place(worker.facts); there != here) {
        crew_.tell(
            fmt::format("{}: values from {} (rank {}) stand beside those from {} (rank 0), "
                        "all scaled to one time of the reference network",
                        info().name, there, rank, here));
    }
    for (std::size_t other = 0; other + 1 < workers_.size(); ++other) {
        const auto& facts = workers_[other].facts;
        if (place(facts) != place(worker.facts)) continue;
        crew_.tell(
            fmt::format("{}: {} measures on the same device as another rank, at the same "
                        "time; one rank for each host or device disturbs nobody",
                        info().name, name_of(rank)));
        return;
    }
}

/// What one call of evaluate_parts() keeps in its hands.
struct TeamMetric::Evaluation {
    /// An architecture some of whose parts have come.
    struct Halfway {
        std::vector<double> sums = {};
        std::size_t parts = 0;
        double seconds = 0;
    };

    TeamMetric& team;
    std::span<const Architecture> archs;
    std::span<const double> bounds;
    const std::function<bool(Part)>& take;
    std::uint64_t epoch;
    Schedule schedule;
    std::vector<std::vector<Handout>> sent;  ///< by rank
    std::size_t parts = 0;  ///< that each architecture is cut into; 0: none is, tasks are these
    std::vector<Halfway> halfway = {};  ///< by architecture, where they are cut
    bool ended = false;
    Clock::time_point start = Clock::now();

    double now() const { return std::chrono::duration<double>(Clock::now() - start).count(); }

    void hand_out() {
        for (int rank = 0; rank < team.crew_.size(); ++rank) {
            while (const auto handout = schedule.next(rank, now())) {
                sent[static_cast<std::size_t>(rank)].push_back(*handout);
                Telegram telegram;
                telegram.kind = Telegram::Kind::job;
                telegram.job = {team.number_, epoch, handout->number};
                if (parts == 0) {
                    const auto some = archs.subspan(handout->first, handout->last - handout->first);
                    telegram.job.archs.assign(some.begin(), some.end());
                    if (!bounds.empty()) {
                        const auto of = bounds.subspan(handout->first, some.size());
                        telegram.job.bounds.assign(of.begin(), of.end());
                    }
                } else {
                    telegram.job.archs = {archs[handout->first / parts]};
                    telegram.job.part = handout->first % parts;
                    telegram.job.parts = parts;
                }
                rank == 0 ? team.evaluator_.push(std::move(telegram.job))
                          : team.crew_.send(rank, telegram);
            }
        }
    }

    void handle(int rank, Done done) {
        const auto i = static_cast<std::size_t>(rank);
        if (done.metric != team.number_) return;
        if (done.number == 0 && team.states_[i] == State::opening) {
            team.opened(rank, std::move(done));
            team.states_[i] == State::lost ? schedule.lose(rank) : schedule.heard(rank, now());
            return;
        }
        if (done.epoch != epoch) return;
        if (!done.error.empty()) {
            team.lose(rank, done.error, done.fault);
            schedule.lose(rank);
            return;
        }
        auto& mine = sent[i];
        const auto handout = std::find_if(
            mine.begin(), mine.end(), [&](const Handout& h) { return h.number == done.number; });
        if (handout == mine.end()) return;
        const std::size_t first = handout->first;
        mine.erase(handout);
        for (auto& line : done.remarks) team.remarks_.insert(std::move(line));
        auto rows = schedule.answered(rank, done.number, done.seconds, now());
        if (rows.empty() || ended) return;
        if (parts > 0 && !add_part(first / parts, done)) return;
        if (parts > 0) rows = {0};
        Part part = part_of(std::move(done), parts > 0 ? 0 : first, std::move(rows));
        if (parts > 0) part.rows = {first / parts};
        part.worker = team.worker_of_[i];
        ended = !take(std::move(part));
    }

    /// Adds what came of an architecture; true if that was the last, and then done is about it all.
    bool add_part(std::size_t arch, Done& done) {
        Halfway& so_far = halfway[arch];
        so_far.sums.resize(std::max(so_far.sums.size(), done.column.values.size()), 0);
        for (std::size_t i = 0; i < done.column.values.size(); ++i) {
            so_far.sums[i] += done.column.values[i];
        }
        so_far.seconds += done.seconds;
        if (++so_far.parts < parts) return false;
        done.column = divisible(*team.own_.metric)->joined(std::span(&so_far.sums, 1));
        done.seconds = so_far.seconds;
        return true;
    }

    void receive() {
        int from = 0;
        Telegram telegram;
        while (team.crew_.receive(from, telegram)) {
            schedule.heard(from, now());
            // a rank that is heard before it has opened the metric has nothing to do yet
            if (team.states_[static_cast<std::size_t>(from)] == State::opening) {
                schedule.suspend(from);
            }
            if (telegram.kind == Telegram::Kind::done) handle(from, std::move(telegram.done));
        }
        while (auto done = team.evaluator_.pop()) handle(0, std::move(*done));
    }
};

void TeamMetric::evaluate_parts([[maybe_unused]] const DesignSpace& space,
                                std::span<const Architecture> archs, std::span<const double> bounds,
                                Progress* progress, const std::function<bool(Part)>& take) {
    assert(space.fingerprint() == own_.space->fingerprint());  // the one that all ranks have
    auto options = schedule_options(*own_.metric, crew_.options(), crew_.size());
    // with fewer architectures than ranks each is cut into parts, so that nobody looks on
    const auto lost = std::count(states_.begin(), states_.end(), State::lost);
    const std::size_t ranks = states_.size() - static_cast<std::size_t>(lost);
    // (not of what may be given up on: that is decided by the first images)
    const bool gives_up =
        std::any_of(bounds.begin(), bounds.end(), [](double bound) { return !std::isnan(bound); });
    const bool cut = divisible(*own_.metric) != nullptr && archs.size() < ranks && !gives_up;
    const std::size_t parts = cut ? ranks : 0;
    if (cut) options.message_s = 0;  // one task, one message
    Evaluation work{*this,
                    archs,
                    bounds,
                    take,
                    crew_.new_epoch(),
                    Schedule(archs.size() * std::max<std::size_t>(1, parts), crew_.size(), options,
                             cut ? std::vector<std::size_t>() : borders(archs)),
                    std::vector<std::vector<Handout>>(states_.size()),
                    parts,
                    std::vector<Evaluation::Halfway>(cut ? archs.size() : 0)};
    for (int rank = 0; rank < crew_.size(); ++rank) {
        const State state = states_[static_cast<std::size_t>(rank)];
        if (state == State::lost) work.schedule.lose(rank);
        if (state == State::opening || crew_.is_silent(rank)) work.schedule.suspend(rank);
    }
    const std::unique_ptr<Evaluation, std::function<void(Evaluation*)>> at_last(
        &work, [&](const Evaluation* over) { end(*over); });
    std::uint64_t signs = evaluator_.signs();
    double shown = 0;
    double alone_since = 0;  // when the last rank that works was heard
    while (!work.schedule.done() && !work.ended) {
        work.hand_out();
        evaluator_.wait(pause_s);
        work.receive();
        if (evaluator_.signs() != signs) {
            signs = evaluator_.signs();
            work.schedule.heard(0, work.now());
        }
        if (work.now() - shown > 0.1) {
            shown = work.now();
            work.ended = work.ended || !take({});
        }
        for (const int rank : work.schedule.suspects(work.now())) {
            crew_.set_silent(rank);
            crew_.tell(
                fmt::format("{}: {} is silent, others get its work", info().name, name_of(rank)));
        }
        if (work.schedule.active() > 0) alone_since = work.now();
        const bool any_left = work.schedule.left() > 0;
        if (!any_left || work.now() - alone_since > options.silence_s) {
            throw Error(fmt::format("no rank of {} is left to go on; {}", crew_.size(),
                                    last_loss_.empty() ? "all are silent" : last_loss_),
                        any_left ? Fault::device : last_fault_);
        }
        if (progress != nullptr) {
            const std::size_t all = archs.size() * std::max<std::size_t>(1, parts);
            progress->update(fmt::format("{} on {} ranks", info().name, work.schedule.active()),
                             static_cast<double>(all - work.schedule.open()),
                             static_cast<double>(all));
            work.ended = work.ended || progress->stop_requested();
        }
    }
}

/// Whoever still has work of an evaluation that is over drops it.
void TeamMetric::end(const Evaluation& work) {
    Telegram stop;
    stop.kind = Telegram::Kind::stop;
    stop.job.metric = number_;
    stop.job.epoch = work.epoch;
    for (int rank = 1; rank < crew_.size(); ++rank) {
        if (!work.sent[static_cast<std::size_t>(rank)].empty()) crew_.send(rank, stop);
    }
    evaluator_.stop(number_, work.epoch);
    constexpr double patience_s = 5;
    if (evaluator_.rests_within(patience_s)) return;
    crew_.set_silent(0);
    crew_.own_thread_hangs();
}

MetricColumn TeamMetric::evaluate_or_give_up(const DesignSpace& space,
                                             std::span<const Architecture> archs,
                                             std::span<const double> bounds, Progress* progress) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    MetricColumn column;
    column.values.assign(archs.size(), unknown);
    column.spread.assign(archs.size(), unknown);
    std::vector<bool> arrived(archs.size(), false);
    bool any_spread = false;
    std::map<int, double> scales;  // by resolution
    evaluate_parts(space, archs, bounds, progress, [&](Part part) {
        double factor = 1;
        if (part.rows.empty()) return true;
        if (part.reference_ms) {
            const int resolution = archs[part.rows.front()].resolution;
            const double first = scales.try_emplace(resolution, *part.reference_ms).first->second;
            factor = first / *part.reference_ms;
        }
        for (std::size_t k = 0; k < part.rows.size(); ++k) {
            const std::size_t i = part.rows[k];
            arrived[i] = true;
            column.values[i] = part.column.values[k] * factor;
            if (part.column.spread.empty()) continue;
            column.spread[i] = part.column.spread[k] * factor;
            any_spread = true;
        }
        for (auto& [k, reason] : part.column.failures) {
            column.failures.emplace_back(part.rows[k], std::move(reason));
        }
        for (auto given_up : part.column.given_up) {
            given_up.index = part.rows[given_up.index];
            column.given_up.push_back(given_up);
        }
        return true;
    });
    for (std::size_t i = 0; i < archs.size(); ++i) {
        if (!arrived[i]) {
            column.failures.emplace_back(i, "not reached before the evaluation was stopped");
        }
    }
    std::sort(column.failures.begin(), column.failures.end());
    std::sort(column.given_up.begin(), column.given_up.end(),
              [](const GivenUp& a, const GivenUp& b) { return a.index < b.index; });
    if (!any_spread) column.spread.clear();
    return column;
}

}  // namespace blockscope
