#include "blockscope/supernet/accuracy.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "blockscope/base/error.hpp"
#include "blockscope/supernet/calibration.hpp"
#include "blockscope/supernet/evaluation_images.hpp"
#include "blockscope/supernet/subnet_switch.hpp"
#include "blockscope/supernet/torch_library.hpp"
#include "blockscope/supernet/torch_runner.hpp"

namespace blockscope {
namespace {

using Numbers = EvaluationImages::Numbers;
using Sight = EvaluationImages::Sight;

/// For the packed weights of the largest networks there are; layers that come back are then ready.
constexpr std::size_t kept_weights = std::size_t{256} << 20;
constexpr std::size_t looks = 16;  ///< at what came of an evaluation so far

/// How many outputs are larger than the label's, or equal and before it.
std::size_t rank_of(std::span<const float> outputs, std::size_t label) {
    std::size_t rank = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
        if (!std::isfinite(outputs[i])) throw Error("an output is not a finite number");
        if (outputs[i] > outputs[label] || (outputs[i] == outputs[label] && i < label)) ++rank;
    }
    return rank;
}

bool told_to_stop(const Progress* progress) {
    return progress != nullptr && progress->stop_requested();
}

}  // namespace

struct SupernetAccuracy::Impl {
    Impl(Supernet of, const std::string& root, const AccuracyOptions& asked)
        : net(std::move(of)),
          options(asked),
          images(net.space, net.seen, root, asked),
          calibrator(static_cast<int>(asked.threads)),
          subnets(net),
          beginnings(static_cast<std::size_t>(asked.repeats),
                     {net.space, asked.shared_bytes / static_cast<std::size_t>(asked.repeats)}) {
        if (options.engine == "libtorch") {
            torch = std::make_unique<TorchRunner>(
                open_torch_session(options.device, options.precision, options.threads));
        }
    }

    std::vector<Hits> evaluate(const Architecture& a, Progress* progress, std::size_t part,
                               std::size_t parts, const Enough& enough);
    bool calibrate(const Architecture& a, const Sight& sight, int repeat, Progress* progress);
    bool calibrate_with_torch(Subnet& subnet, const ImageCache& cache, const Numbers& shown,
                              std::size_t in_batch, Progress* progress);
    void prepare();
    std::size_t run(const ImageCache& cache, const Numbers& shown, std::size_t first);
    std::size_t border(std::size_t shown, std::size_t part, std::size_t parts) const;
    std::optional<Hits> count(const Sight& sight, std::size_t part, std::size_t parts,
                              Progress* progress, const Enough& enough);

    Supernet net;
    AccuracyOptions options;
    EvaluationImages images;
    Calibrator calibrator;
    SubnetSwitch subnets;
    std::vector<CalibratedBeginnings> beginnings;  ///< of each repeat
    std::unique_ptr<Engine> engine;
    std::unique_ptr<PreparedNetwork> network;
    std::unique_ptr<TorchRunner> torch;  ///< null: oneDNN
    std::vector<std::uint8_t> bytes;
    std::vector<float> torch_outputs;
    std::span<const float> outputs;  ///< of the last run
};

bool SupernetAccuracy::Impl::calibrate(const Architecture& a, const Sight& sight, int repeat,
                                       Progress* progress) {
    Subnet& subnet = subnets.subnet();
    auto& shared = beginnings[static_cast<std::size_t>(repeat)];
    const ImageCache& cache = *sight.calibration[static_cast<std::size_t>(repeat)];
    const Numbers shown = images.calibration(sight, repeat);
    const auto size = static_cast<std::size_t>(subnet.network.input.elements());
    const auto in_batch =
        std::min(shown.size(), static_cast<std::size_t>(options.calibration_batch));
    const std::size_t batches = (shown.size() + in_batch - 1) / in_batch;
    if (torch && calibrate_with_torch(subnet, cache, shown, in_batch, progress)) {
        return !told_to_stop(progress);
    }
    std::vector<float> pixels(in_batch * size);
    bool stopped = false;
    const auto batch = [&](std::size_t b) {
        stopped = stopped || told_to_stop(progress);
        // what is told to stop is thrown away: the same images again take no time to load
        const std::size_t n = stopped ? in_batch : load_pixels(cache, shown, b * in_batch, pixels);
        return ImageBatch{static_cast<int>(n), std::span(pixels).first(n * size)};
    };
    calibrator.calibrate(subnet, batches, batch, Calibrator::Shared{shared, a});
    if (stopped) shared.end({});
    return !stopped;
}

bool SupernetAccuracy::Impl::calibrate_with_torch(Subnet& subnet, const ImageCache& cache,
                                                  const Numbers& shown, std::size_t in_batch,
                                                  Progress* progress) {
    const int side = subnet.network.input.width;
    return torch->calibrate(subnet, (shown.size() + in_batch - 1) / in_batch, [&](std::size_t b) {
        const std::size_t first = told_to_stop(progress) ? 0 : b * in_batch;
        const std::size_t n = load_bytes(cache, shown, first, in_batch, bytes);
        return TorchImages{static_cast<int>(n), side, side, bytes};
    });
}

void SupernetAccuracy::Impl::prepare() {
    if (torch) return torch->load(subnets.subnet());
    if (!engine) {
        engine =
            make_engine("onednn", {static_cast<int>(options.threads), options.batch, kept_weights});
    }
    network = engine->prepare(subnets.subnet().network, subnets.folded());
}

/// Runs a batch from shown[first] on; returns how many images that were.
std::size_t SupernetAccuracy::Impl::run(const ImageCache& cache, const Numbers& shown,
                                        std::size_t first) {
    const auto batch = static_cast<std::size_t>(options.batch);
    if (!torch) {
        const std::size_t n = load_pixels(cache, shown, first, network->input());
        network->run();
        outputs = network->output().first(network->output().size() / batch * n);
        return n;
    }
    const NetworkGraph& graph = subnets.subnet().network;
    const int side = graph.input.width;
    const std::size_t n = load_bytes(cache, shown, first, batch, bytes);
    const auto classes = static_cast<std::size_t>(graph.operators.back().out.elements());
    torch_outputs.resize(n * classes);
    torch->run({static_cast<int>(n), side, side, bytes}, torch_outputs);
    outputs = torch_outputs;
    return n;
}

/// Where part `part` of the images begins: at a whole batch.
std::size_t SupernetAccuracy::Impl::border(std::size_t shown, std::size_t part,
                                           std::size_t parts) const {
    const auto batch = static_cast<std::size_t>(options.batch);
    const std::size_t batches = (shown + batch - 1) / batch;
    return std::min(shown, part * batches / parts * batch);
}

std::optional<Hits> SupernetAccuracy::Impl::count(const Sight& sight, std::size_t part,
                                                  std::size_t parts, Progress* progress,
                                                  const Enough& enough) {
    const Numbers shown = images.shown(sight);
    const std::size_t begin = border(shown.size(), part, parts);
    const std::size_t end = border(shown.size(), part + 1, parts);
    prepare();
    Hits hits;
    std::size_t look = 1;
    for (std::size_t first = begin; first < end;) {
        if (told_to_stop(progress)) return std::nullopt;
        const std::size_t n = run(*sight.shown, shown, first);
        const std::size_t classes = outputs.size() / n;
        for (std::size_t k = 0; k < n; ++k) {
            const std::size_t rank =
                rank_of(outputs.subspan(k * classes, classes), images.label(shown[first + k]));
            ++hits.images;
            hits.top1 += rank < 1 ? 1 : 0;
            hits.top5 += rank < 5 ? 1 : 0;
        }
        first += n;
        if (progress != nullptr) {
            progress->update("images", static_cast<double>(hits.images),
                             static_cast<double>(end - begin));
        }
        if (!enough || first < border(shown.size(), look, looks)) continue;
        while (first >= border(shown.size(), look, looks) && look < looks) ++look;
        if (first < end && enough(hits, shown.size())) break;
    }
    return hits;
}

std::vector<Hits> SupernetAccuracy::Impl::evaluate(const Architecture& a, Progress* progress,
                                                   std::size_t part, std::size_t parts,
                                                   const Enough& enough) {
    subnets.to(a);
    const Sight* const sight = images.at(a.resolution, progress);
    if (sight == nullptr) return {};
    std::vector<Hits> hits;
    for (int r = 0; r < options.repeats; ++r) {
        if (!calibrate(a, *sight, r, progress)) return {};
        const auto counted = count(*sight, part, parts, progress, enough);
        if (!counted) return {};
        hits.push_back(*counted);
    }
    return hits;
}

SupernetAccuracy::SupernetAccuracy(Supernet net, const std::string& images,
                                   const AccuracyOptions& options)
    : impl_(std::make_unique<Impl>(std::move(net), images, options)) {}

SupernetAccuracy::~SupernetAccuracy() = default;

std::vector<Hits> SupernetAccuracy::evaluate(const Architecture& a, Progress* progress,
                                             const Enough& enough) {
    return impl_->evaluate(a, progress, 0, 1, enough);
}

std::vector<Hits> SupernetAccuracy::evaluate_part(const Architecture& a, std::size_t part,
                                                  std::size_t parts, Progress* progress) {
    return impl_->evaluate(a, progress, part, parts, {});
}

std::size_t SupernetAccuracy::images() const { return impl_->images.count(); }

std::vector<std::pair<std::string, std::string>> SupernetAccuracy::facts() const {
    const AccuracyOptions& options = impl_->options;
    const auto& published = impl_->net.published;
    const std::string weights = weights_hash(impl_->net);
    std::vector<std::pair<std::string, std::string>> facts{
        {"weights", published.empty() ? weights : fmt::format("{} ({})", weights, published)}};
    for (auto& fact : impl_->images.facts()) facts.push_back(std::move(fact));
    if (impl_->torch) {
        facts.emplace_back("engine", fmt::format("libtorch {} on {}, {}", torch_report().version,
                                                 options.device, options.precision));
    }
    return facts;
}

std::vector<std::string> SupernetAccuracy::remarks() const {
    std::vector<std::string> lines;
    if (impl_->torch && impl_->torch->too_many() > 0) {
        lines.push_back(fmt::format("{} has not the memory for {} images at once; half as many ran",
                                    impl_->options.device, impl_->torch->too_many()));
    }
    for (auto& line : impl_->images.remarks()) lines.push_back(std::move(line));
    return lines;
}

}  // namespace blockscope
