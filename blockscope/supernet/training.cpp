#include "blockscope/supernet/training.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>
#include <future>
#include <numbers>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/base/file.hpp"
#include "blockscope/base/text.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/supernet/image_folder.hpp"
#include "blockscope/supernet/initial_supernet.hpp"
#include "blockscope/supernet/ranked_architecture.hpp"
#include "blockscope/supernet/torch_library.hpp"
#include "blockscope/supernet/torch_supernet.hpp"
#include "blockscope/supernet/training_batches.hpp"
#include "blockscope/supernet/training_file.hpp"

namespace blockscope {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

/// Streams of the seed.
enum Stream : std::uint64_t { of_weights, of_images, of_steps };

constexpr auto between_states = std::chrono::minutes(1);

class Training {
public:
    Training(DesignSpace space, const std::string& images, std::string checkpoint,
             const TrainingOptions& options);

    TrainingOutcome run(Progress* progress);

private:
    TrainingSettings settings() const;
    std::size_t steps() const { return batches_.in_epoch() * epochs(); }
    std::size_t epochs() const { return static_cast<std::size_t>(options_.epochs); }
    Rng of_step(std::size_t step) const { return Rng(options_.seed).fork(of_steps).fork(step); }
    int side(std::size_t step) const;
    double learning_rate(std::size_t step) const;
    std::future<TrainingBatch> prepare(std::size_t step);
    void step(TorchSupernet& net, const TrainingBatch& batch);
    void end_epoch();
    void show(Progress& progress) const;
    void keep(const TorchSupernet& net);
    void finish(const TorchSupernet& net);

    DesignSpace space_;
    std::string checkpoint_;
    std::string partial_;
    TrainingOptions options_;
    ImageFolder folder_;
    TrainingBatches batches_;
    TrainingSettings settings_;
    TrainingState state_;
    std::set<std::string> unreadable_;
};

std::string class_map_of(const std::string& images, const TrainingOptions& options) {
    const fs::path path = fs::path(images) / "classes.csv";
    if (!options.class_map.empty()) return options.class_map;
    return fs::exists(path) ? path.string() : "";
}

Training::Training(DesignSpace space, const std::string& images, std::string checkpoint,
                   const TrainingOptions& options)
    : space_(std::move(space)),
      checkpoint_(std::move(checkpoint)),
      partial_(checkpoint_ + ".partial"),
      options_(options),
      folder_(read_image_folder(images + "/train", class_map_of(images, options))),
      batches_(folder_, static_cast<std::size_t>(options.batch), options.smallest_crop,
               Rng(options.seed).fork(of_images), options.threads),
      settings_(settings()) {
    check_labels(space_, folder_);
}

TrainingSettings Training::settings() const {
    std::string resolutions;
    for (const int side : options_.resolutions) resolutions += fmt::format("{} ", side);
    const auto number = [](double value) { return round_trip(value); };
    return {{"space", space_.fingerprint()},
            {"images", fmt::format("{} of list {}", folder_.files.size(), list_hash(folder_))},
            {"resolutions", resolutions},
            {"epochs", std::to_string(options_.epochs)},
            {"batch", std::to_string(options_.batch)},
            {"learning rate", number(options_.learning_rate)},
            {"momentum", number(options_.momentum)},
            {"weight decay", number(options_.weight_decay)},
            {"label smoothing", number(options_.label_smoothing)},
            {"random subnets", std::to_string(options_.random_subnets)},
            {"smallest crop", number(options_.smallest_crop)},
            {"centre", number(options_.centre)},
            {"seed", std::to_string(options_.seed)},
            {"device", options_.device},
            {"threads", std::to_string(options_.threads)},
            {"libtorch", torch_report().version}};
}

int Training::side(std::size_t step) const {
    const auto& sides = options_.resolutions;
    return sides[of_step(step).below(static_cast<std::uint32_t>(sides.size()))];
}

double Training::learning_rate(std::size_t step) const {
    const auto all = static_cast<double>(steps());
    const double rise = std::max(1.0, std::floor(0.05 * all));
    const auto at = static_cast<double>(step);
    if (at < rise) return options_.learning_rate * (at + 1) / rise;
    const double share = (at - rise) / std::max(1.0, all - rise);
    return options_.learning_rate * (1 + std::cos(std::numbers::pi * share)) / 2;
}

std::future<TrainingBatch> Training::prepare(std::size_t step) {
    return std::async(std::launch::async,
                      [this, step] { return batches_.batch(step, side(step)); });
}

void Training::step(TorchSupernet& net, const TrainingBatch& batch) {
    Rng rng = of_step(state_.step).fork(1);
    const Sampler sampler(space_, batch.side);
    std::vector<TorchGraph> graphs;
    graphs.push_back(net.network(ranked_architecture(space_, batch.side, 1)));
    graphs.push_back(net.network(ranked_architecture(space_, batch.side, 0)));
    for (int i = 0; i < options_.random_subnets; ++i) {
        graphs.push_back(net.network(sampler.draw(rng)));
    }
    std::vector<TorchNetwork> networks;
    networks.reserve(graphs.size());
    for (const TorchGraph& graph : graphs) networks.push_back(graph.view());
    std::vector<TorchLoss> losses(networks.size());
    const TorchStep how{learning_rate(state_.step), options_.momentum, options_.weight_decay,
                        options_.label_smoothing};
    const auto count = batch.labels.size();
    const TorchImages images{static_cast<int>(count), batch.side, batch.side, batch.pixels};
    TorchSession& session = net.session();
    const TorchOutcome outcome = session.train(networks, images, batch.labels, how, losses);
    if (outcome == TorchOutcome::out_of_memory) {
        throw Error(fmt::format("{} has not the memory for a batch of {}; train with a smaller one",
                                options_.device, options_.batch),
                    Fault::runtime);
    }
    check(outcome, session);
    if (!std::isfinite(losses[0].loss)) {
        throw Error(fmt::format("the training has come apart at step {}: the loss is no number; a "
                                "smaller learning rate may help",
                                state_.step + 1),
                    Fault::runtime);
    }
    const auto weight = static_cast<double>(count);
    state_.sums.largest_loss += weight * losses[0].loss;
    state_.sums.largest_percent += 100.0 * losses[0].right;
    state_.sums.smallest_loss += weight * losses[1].loss;
    state_.sums.smallest_percent += 100.0 * losses[1].right;
    state_.sums.learning_rate = how.learning_rate;
    state_.images += count;
}

/// Sums as means.
TrainingEpoch means(TrainingEpoch sums, std::size_t images) {
    for (double* value :
         {&sums.largest_loss, &sums.largest_percent, &sums.smallest_loss, &sums.smallest_percent}) {
        *value /= static_cast<double>(std::max<std::size_t>(1, images));
    }
    return sums;
}

void Training::end_epoch() {
    state_.sums.epoch = static_cast<int>(state_.epochs.size()) + 1;
    state_.epochs.push_back(means(state_.sums, state_.images));
    state_.sums = {};
    state_.images = 0;
}

void Training::show(Progress& progress) const {
    const auto per_step = static_cast<double>(
        std::min(static_cast<std::size_t>(options_.batch), folder_.files.size()));
    const TrainingEpoch now = state_.images > 0 || state_.epochs.empty()
                                  ? means(state_.sums, state_.images)
                                  : state_.epochs.back();
    progress.note(fmt::format(
        "epoch {} of {}, loss {:.3f}, accuracy of the largest {:.1f} %, of the smallest {:.1f} %",
        std::min(epochs(), state_.step / batches_.in_epoch() + 1), options_.epochs,
        now.largest_loss, now.largest_percent, now.smallest_percent));
    progress.update("training images", static_cast<double>(state_.step) * per_step,
                    static_cast<double>(steps()) * per_step);
}

void Training::keep(const TorchSupernet& net) {
    state_.values = net.read(TorchNumbers::values);
    state_.momenta = net.read(TorchNumbers::momentum);
    write_training(partial_, settings_, state_, {});
    write_file(checkpoint_ + ".csv", training_log(state_.epochs));
}

void Training::finish(const TorchSupernet& net) {
    state_.values = net.read(TorchNumbers::values);
    state_.momenta.clear();
    write_training(checkpoint_, settings_, state_,
                   {{"centre", round_trip(options_.centre)},
                    {"smallest_crop", round_trip(options_.smallest_crop)}});
    write_file(checkpoint_ + ".csv", training_log(state_.epochs));
}

TrainingOutcome Training::run(Progress* progress) {
    if (auto done = read_training(checkpoint_, settings_)) {
        fs::remove(partial_);
        return {true, true, done->epochs, {}};
    }
    TorchSupernet net(initial_supernet(space_, Rng(options_.seed).fork(of_weights)),
                      open_torch_session(options_.device, "float32", options_.threads));
    if (auto kept = read_training(partial_, settings_)) {
        state_ = std::move(*kept);
        net.write(TorchNumbers::values, state_.values);
        net.write(TorchNumbers::momentum, state_.momenta);
    }
    auto last_kept = Clock::now();
    bool stopped = false;
    std::future<TrainingBatch> next = prepare(state_.step);
    while (state_.step < steps() && !stopped) {
        const TrainingBatch batch = next.get();
        if (state_.step + 1 < steps()) next = prepare(state_.step + 1);
        unreadable_.insert(batch.unreadable.begin(), batch.unreadable.end());
        if (!batch.labels.empty()) step(net, batch);
        const bool epoch_ends = ++state_.step % batches_.in_epoch() == 0;
        if (epoch_ends && state_.images == 0) {
            throw Error("no image can be decoded", folder_.root);
        }
        if (epoch_ends) end_epoch();
        if (progress != nullptr) {
            show(*progress);
            stopped = progress->stop_requested();
        }
        if (stopped || epoch_ends || Clock::now() - last_kept > between_states) {
            if (state_.step < steps()) keep(net);
            last_kept = Clock::now();
        }
    }
    const bool finished = state_.step == steps();
    if (finished) {
        finish(net);
        fs::remove(partial_);
    }
    return {finished, false, state_.epochs, {unreadable_.begin(), unreadable_.end()}};
}

}  // namespace

TrainingOutcome train_supernet(const DesignSpace& space, const std::string& images,
                               const std::string& checkpoint, const TrainingOptions& options,
                               Progress* progress) {
    if (const TorchReport& report = torch_report(); !report.available) {
        throw Error("training needs libtorch: " + report.reason, Fault::runtime);
    }
    return Training(space, images, checkpoint, options).run(progress);
}

}  // namespace blockscope
