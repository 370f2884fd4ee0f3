#include <filesystem>
#include <memory>

#include <fmt/format.h>

#include "blockscope/base/parallel.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/stats/proportion.hpp"
#include "blockscope/supernet/accuracy.hpp"
#include "blockscope/supernet/ranked_architecture.hpp"
#include "blockscope/supernet/training.hpp"

#include "cli/architectures.hpp"
#include "cli/program.hpp"

namespace blockscope::cli {
namespace {

struct TrainCommand {
    std::string space;
    std::string images;
    std::string output;
    TrainingOptions options;
};

/// Accuracy of three networks on val/, as the metric measures it.
void say_accuracies(const TrainCommand& command, const DesignSpace& space, Console& console) {
    if (!std::filesystem::is_directory(command.images + "/val")) {
        console.say("there is no val/, so no accuracy is measured");
        return;
    }
    AccuracyOptions options;
    options.class_map = command.options.class_map;
    options.cache = std::filesystem::temp_directory_path() / "blockscope-images";
    options.seed = command.options.seed;
    options.threads = command.options.threads;
    SupernetAccuracy accuracy(read_supernet(space, command.output), command.images, options);
    const int side = command.options.resolutions.back();
    for (const auto& [name, share] :
         {std::pair{"largest", 1.0}, {"middle", 0.5}, {"smallest", 0.0}}) {
        const Architecture a = ranked_architecture(space, side, share);
        const auto hits = accuracy.evaluate(a, &console);
        if (hits.empty()) return;
        const Estimate found = proportion(hits[0].top1, hits[0].images);
        console.say(fmt::format(
            "accuracy of the {} network ({}): {:.1f} % top-1 of {} images of val/, 95 % interval "
            "{:.1f} to {:.1f} %",
            name, to_text(space, a), 100 * found.value, hits[0].images, 100 * found.low,
            100 * found.high));
    }
    for (const auto& line : accuracy.remarks()) console.warn(line);
}

int run(TrainCommand command, const Common& common, Console& console) {
    const auto space = load_space(command.space);
    command.options.resolutions = chosen_resolutions(space, common);
    command.options.seed = common.seed;
    command.options.threads = thread_count(common.threads);
    const TrainingOutcome outcome =
        train_supernet(space, command.images, command.output, command.options, &console);
    console.note("");
    if (!outcome.unreadable.empty()) {
        std::string names;
        for (std::size_t i = 0; i < outcome.unreadable.size() && i < 5; ++i) {
            names += " " + outcome.unreadable[i];
        }
        console.warn(fmt::format("{} images of {}/train cannot be decoded and were left out:{}{}",
                                 outcome.unreadable.size(), command.images, names,
                                 outcome.unreadable.size() > 5 ? " ..." : ""));
    }
    if (!outcome.finished) {
        console.say(
            fmt::format("stopped; the same command goes on from {}.partial", command.output));
        return 130;
    }
    const TrainingEpoch& last = outcome.epochs.back();
    console.say(fmt::format(
        "{}: {} for {} epochs, seed {}; in the last one the largest network got {:.1f} % of the "
        "training images right, the smallest {:.1f} %",
        command.output, outcome.was_there ? "was trained before" : "trained", outcome.epochs.size(),
        common.seed, last.largest_percent, last.smallest_percent));
    say_accuracies(command, space, console);
    return Console::interrupted() ? 130 : 0;
}

}  // namespace

void add_train(Program& program) {
    const auto command = std::make_shared<TrainCommand>();
    TrainingOptions& options = command->options;
    CLI::App& verb = program.add_verb(
        "train", "trains a supernet of a space on a folder of images (with libtorch)",
        "blockscope train mine.toml --images cifar10 --epochs 20 --crop 0.5 --centre 1 "
        "-o mine.safetensors",
        [command](const Common& common, Console& console) {
            return run(*command, common, console);
        });
    verb.add_option("SPACE", command->space, "name or TOML file")->required();
    verb.add_option("--images", command->images,
                    "folder with train/ and, for its accuracies, val/; in each a folder a class")
        ->required();
    verb.add_option("-o,--output", command->output,
                    "checkpoint, as safetensors; its log goes beside it with .csv behind the name")
        ->required();
    verb.add_option("--epochs", options.epochs, "how often each image is seen")
        ->check(CLI::Range(1, 100000))
        ->capture_default_str();
    verb.add_option("--batch", options.batch, "images in a step")
        ->check(CLI::Range(2, 65536))
        ->capture_default_str();
    verb.add_option("--learning-rate", options.learning_rate, "at its highest")
        ->check(between(0, 100))
        ->capture_default_str();
    verb.add_option("--subnets", options.random_subnets,
                    "random networks in a step, beside the largest and the smallest")
        ->check(CLI::Range(0, 64))
        ->capture_default_str();
    verb.add_option("--crop", options.smallest_crop,
                    "share of an image's area that training sees, at least; small images want more")
        ->check(CLI::Range(0.01, 1.0))
        ->capture_default_str();
    verb.add_option("--centre", options.centre,
                    "share of the shorter side that evaluation sees; 1 for small images")
        ->check(CLI::Range(0.01, 1.0))
        ->capture_default_str();
    verb.add_option("--classes", options.class_map,
                    "class map; default IMAGES/classes.csv if it is there");
    verb.add_option("--device", options.device, "cpu, or cuda:0, ... with a libtorch that has CUDA")
        ->capture_default_str();
    program.add_resolution(verb);
    program.add_common(verb);
}

}  // namespace blockscope::cli
