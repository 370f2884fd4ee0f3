#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "blockscope/cluster/crew.hpp"
#include "blockscope/metric/arriving.hpp"

namespace blockscope {

/// A metric that all ranks of a team evaluate, rank 0 among them. Work is handed out as ranks get
/// done with it (Schedule); what a rank had that hangs, dies or loses its device goes to others.
/// Ranks whose values rest on something else than rank 0's (another processor, other images) get no
/// work, which is told; a measured metric's hosts and devices may differ, stand in the facts of
/// each worker, and are told too.
class TeamMetric : public Metric, public Arriving {
public:
    /// own: the metric as rank 0 has it. description: what the OpenMetric of a rank from 1 on makes
    /// it of; empty for one that has nothing to do. crew: outlives this.
    TeamMetric(OpenedMetric own, Crew& crew, const std::function<std::string(int)>& description);
    ~TeamMetric() override;

    const MetricInfo& info() const override { return own_.metric->info(); }
    /// Measured values on the scale of the first that arrived.
    MetricColumn evaluate(const DesignSpace& space, std::span<const Architecture> archs,
                          Progress* progress) override {
        return evaluate_or_give_up(space, archs, {}, progress);
    }
    MetricColumn evaluate_or_give_up(const DesignSpace& space, std::span<const Architecture> archs,
                                     std::span<const double> bounds, Progress* progress) override;
    std::optional<LayerTable> additive(const DesignSpace& space, int resolution) override {
        return own_.metric->additive(space, resolution);
    }
    Facts facts() const override { return own_.metric->facts(); }
    std::vector<std::string> remarks() const override;
    Measured* measured() override { return own_.metric->measured(); }
    Arriving* arriving() override { return this; }

    const std::vector<Worker>& workers() const override { return workers_; }
    std::size_t at_once() const override;
    /// Throws Error if no rank is left that can go on.
    void evaluate_parts(const DesignSpace& space, std::span<const Architecture> archs,
                        std::span<const double> bounds, Progress* progress,
                        const std::function<bool(Part)>& take) override;

private:
    enum class State { opening, ready, lost };
    struct Evaluation;
    void end(const Evaluation& work);
    void opened(int rank, Done done);
    void lose(int rank, const std::string& why, Fault fault);
    std::string name_of(int rank) const;

    OpenedMetric own_;
    Crew& crew_;
    std::uint32_t number_;
    Evaluator evaluator_;
    std::vector<State> states_;           ///< by rank
    std::vector<std::size_t> worker_of_;  ///< by rank, of those that are ready
    std::vector<Worker> workers_;
    std::set<std::string> remarks_;
    std::string last_loss_;
    Fault last_fault_ = Fault::device;
};

}  // namespace blockscope
