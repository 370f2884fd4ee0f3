// What evaluating a supernet's networks costs: ./dev bench supernet [IMAGES]
//
// One core, batches of 32 images at 224, weights of a supernet of ofa-mbv3 as training starts with.
// oneDNN (batch norm folded) and libtorch (eager, channels-last; as PyTorch runs it, and with batch
// norm folded too) take turns, and each of a network's numbers is the best of its turns in CPU
// time. Wanted: oneDNN at least 1.5 times as many images as libtorch 1.13; another architecture in
// under 100 ms, with its weights packed; reading and resizing images not slower than running them.
// IMAGES: a folder of classes with photographs.

#include <algorithm>
#include <ctime>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "blockscope/base/file.hpp"
#include "blockscope/network/cost.hpp"
#include "blockscope/runtime/engine.hpp"
#include "blockscope/runtime/fma_peak.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/sampling.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/supernet/calibration.hpp"
#include "blockscope/supernet/image_folder.hpp"
#include "blockscope/supernet/initial_supernet.hpp"
#include "blockscope/supernet/resize.hpp"
#include "blockscope/supernet/subnet_switch.hpp"
#include "blockscope/supernet/torch_library.hpp"
#include "blockscope/supernet/torch_runner.hpp"

#include "benchmarks/report.hpp"

namespace blockscope {
namespace {

constexpr int batch = 32;
constexpr int side = 224;
constexpr int turns = 5;

double cpu_seconds() {
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

template <typename Work>
double seconds_of(const Work& work) {
    const double before = cpu_seconds();
    work();
    return cpu_seconds() - before;
}

double images_per_second(double seconds) { return batch / seconds; }

void rates(const Supernet& net, const char* name, const char* text) {
    const Subnet subnet = extract(net, parse_architecture(net.space, text));
    std::vector<std::uint8_t> pixels(std::size_t{3} * side * side * batch);
    Rng rng(1);
    for (auto& pixel : pixels) pixel = static_cast<std::uint8_t>(rng.below(256));
    const auto engine = make_engine("onednn", {1, batch, 0});
    const auto network = engine->prepare(subnet.network, folded(subnet));
    std::optional<TorchRunner> torch;
    std::optional<TorchRunner> folded_torch;
    if (torch_report().available) {
        torch.emplace(open_torch_session("cpu", "float32", 1));
        torch->load(subnet, false);
        folded_torch.emplace(open_torch_session("cpu", "float32", 1));
        folded_torch->load(subnet);
    }
    const TorchImages images{batch, side, side, pixels};
    std::vector<float> outputs(network->output().size());
    double onednn = std::numeric_limits<double>::infinity();
    double libtorch = onednn;
    double folded_libtorch = onednn;
    double peak = 0;
    for (int turn = 0; turn <= turns; ++turn) {
        const auto run_onednn = [&] {
            for (std::size_t n = 0; n < batch; ++n) {
                const std::size_t size = pixels.size() / batch;
                normalise_pixels(std::span(pixels).subspan(n * size, size),
                                 network->input().subspan(n * size, size));
            }
            network->run();
        };
        const double first = seconds_of(run_onednn);
        double second = libtorch;
        double third = libtorch;
        if (torch) {
            second = seconds_of([&] { torch->run(images, outputs); });
            third = seconds_of([&] { folded_torch->run(images, outputs); });
        }
        peak = std::max(peak, fma_peak_gflops(1));
        if (turn == 0) continue;  // caches and compilers of both
        onednn = std::min(onednn, first);
        libtorch = std::min(libtorch, second);
        folded_libtorch = std::min(folded_libtorch, third);
    }
    const auto macs = static_cast<double>(cost(subnet.network).macs);
    const double share = 2 * macs * images_per_second(onednn) / (peak * 1e9);
    fmt::print("{:8} {:6.1f} M MAC   oneDNN {:6.1f} images/s, {:4.1f} % of {:.0f} GFLOP/s", name,
               macs / 1e6, images_per_second(onednn), 100 * share, peak);
    if (torch) {
        fmt::print("   libtorch {} {:6.1f}, {:.2f} times; folded {:6.1f}, {:.2f} times",
                   torch_report().version, images_per_second(libtorch), libtorch / onednn,
                   images_per_second(folded_libtorch), folded_libtorch / onednn);
    }
    fmt::print("\n");
}

/// `a` with another block in the last layer of unit `unit` (from 0).
Architecture changed(const DesignSpace& space, Architecture a, int unit) {
    const Unit& u = space.units[static_cast<std::size_t>(unit)];
    const auto depth = a.depth[static_cast<std::size_t>(unit)];
    auto& block = a.block[static_cast<std::size_t>(u.first_slot + depth - 1)];
    block = static_cast<std::uint8_t>((block + 1) % space.blocks.size());
    return a;
}

double middle(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// From an architecture to a network that is ready: extraction, folding, packing.
void switching(const Supernet& net) {
    const auto engine = make_engine("onednn", {1, batch, std::size_t{256} << 20});
    SubnetSwitch subnets(net);
    std::vector<double> whole;
    std::vector<double> last_unit;
    const int last = static_cast<int>(net.space.units.size()) - 1;
    for (const Architecture& a : sample(net.space, 21, Rng(3), side)) {
        for (const bool other : {true, false}) {
            const Architecture to = other ? a : changed(net.space, a, last);
            const double ms = 1e3 * seconds_of([&] {
                                  subnets.to(to);
                                  engine->prepare(subnets.subnet().network, subnets.folded());
                              });
            (other ? whole : last_unit).push_back(ms);
        }
    }
    whole.erase(whole.begin());  // oneDNN's primitives are made
    last_unit.erase(last_unit.begin());
    fmt::print(
        "another of 20 random architectures: {:.1f} ms in the middle, {:.1f} ms at most; another "
        "block in the last unit: {:.1f} ms, {:.1f} ms at most\n",
        middle(whole), *std::max_element(whole.begin(), whole.end()), middle(last_unit),
        *std::max_element(last_unit.begin(), last_unit.end()));
}

/// Batch statistics of a network that begins like the one before.
void calibrating(const Supernet& net) {
    constexpr int images = 50;
    constexpr std::size_t batches = 2;
    std::vector<float> pixels(std::size_t{3} * side * side * images);
    Rng rng(2);
    for (float& pixel : pixels) pixel = static_cast<float>(2 * rng.uniform() - 1);
    const auto at = [&](std::size_t) { return ImageBatch{images, pixels}; };
    const Architecture a = parse_architecture(net.space, "{'ks':5,'e':4,'d':3}");
    Calibrator calibrator(1);
    CalibratedBeginnings beginnings(net.space, std::size_t{1} << 30);
    const auto seconds = [&](const Architecture& to) {
        Subnet subnet = extract(net, to);
        return seconds_of([&] {
            calibrator.calibrate(subnet, batches, at, Calibrator::Shared{beginnings, to});
        });
    };
    seconds(changed(net.space, a, 0));
    const int units = static_cast<int>(net.space.units.size());
    std::string text;
    std::vector<std::vector<double>> found(static_cast<std::size_t>(units) + 1);
    for (int turn = 0; turn < 3; ++turn) {
        for (int unit = 0; unit < units; ++unit) {
            beginnings.end({});
            found.back().push_back(seconds(a));
            found[static_cast<std::size_t>(unit)].push_back(seconds(changed(net.space, a, unit)));
        }
    }
    const double whole = middle(found.back());
    for (int unit = 0; unit < units; ++unit) {
        text += fmt::format(", changed from unit {} on {:.0f} %", unit + 1,
                            100 * middle(found[static_cast<std::size_t>(unit)]) / whole);
    }
    fmt::print("batch statistics of the middle network: {:.1f} ms an image{}\n",
               1e3 * whole / (images * static_cast<double>(batches)), text);
}

void preprocessing(const std::string& root) {
    const ImageFolder folder = read_image_folder(root);
    double pixels = 0;
    const double seconds = seconds_of([&] {
        for (std::size_t i = 0; i < folder.files.size(); ++i) {
            const std::string path = folder.path(i);
            const Image image = decode_image(read_file(path), path);
            pixels += static_cast<double>(image.width) * image.height;
            evaluation_view(image, side);
        }
    });
    const auto count = static_cast<double>(folder.files.size());
    fmt::print(
        "reading and resizing {} images of {:.2f} million pixels on average: {:.0f} images/s\n",
        folder.files.size(), pixels / count / 1e6, count / seconds);
}

}  // namespace

int report(int argc, char** argv) {
    fmt::print("one core by CPU time, batch {}, {} x {}, seed 1\n", batch, side, side);
    const Supernet net = initial_supernet(load_space("ofa-mbv3"), Rng(1));
    rates(net, "largest", "{'ks':7,'e':6,'d':4}");
    rates(net, "kernel 5", "{'ks':5,'e':6,'d':4}");
    rates(net, "middle", "{'ks':5,'e':4,'d':3}");
    rates(net, "smallest", "{'ks':3,'e':3,'d':2}");
    switching(net);
    calibrating(net);
    if (argc > 1) preprocessing(argv[1]);
    return 0;
}

}  // namespace blockscope
