#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "blockscope/runtime/engine.hpp"
#include "blockscope/space/sampling.hpp"

#include "tests/runtime/reference_network.hpp"
#include "tests/space/random_space.hpp"

namespace blockscope {
namespace {

// Small enough for the reference, which loops over every element in double.
constexpr random_space::Limits small{2, 2, 3, 2, 2, 24};

RC_GTEST_PROP(RandomNetwork, RunsAsTheReferenceSaysOnEveryEngine, ()) {
    const auto space = parse_space(*random_space::file(small), "random.toml");
    const int batch = random_space::from_to(1, 2);
    const auto archs = sample(space, 2, Rng(1), space.default_resolution);
    for (const auto& report : engine_reports()) {
        if (!report.available) continue;
        const auto engine = make_engine(report.name, {1, batch});
        ParameterPool pool(1);
        for (const auto& a : archs) {
            const auto network = lower(space, a);
            const auto parameters = pool.of(network);
            const auto images = reference::image(batch * network.input.elements(), 2);
            const auto prepared = engine->prepare(network, parameters);
            std::copy(images.begin(), images.end(), prepared->input().begin());
            prepared->run();
            const auto output = prepared->output();
            const auto each = output.size() / static_cast<std::size_t>(batch);
            for (int i = 0; i < batch; ++i) {
                const auto first = images.begin() + i * network.input.elements();
                const std::vector<float> image(first, first + network.input.elements());
                const std::vector<float> result(output.begin() + i * each,
                                                output.begin() + (i + 1) * each);
                const auto maps = reference::run(network, parameters, image);
                // a last layer of one output may be next to nothing by chance
                double scale = 0;
                for (const double v : maps[maps.size() - 2]) scale = std::max(scale, std::abs(v));
                RC_ASSERT(reference::difference(result, maps.back(), scale) < 1e-4);
            }
        }
    }
}

}  // namespace
}  // namespace blockscope
