#include <filesystem>

#include <gmock/gmock.h>

#include "blockscope/network/onnx_export.hpp"
#include "blockscope/space/encoding.hpp"
#include "blockscope/space/space_file.hpp"
#include "blockscope/supernet/subnet.hpp"

#include "tests/cli/program.hpp"
#include "tests/supernet/checkpoint_file.hpp"
#include "tests/supernet/fill.hpp"

namespace blockscope {
namespace {

using testing::HasSubstr;

TEST(ExportVerb, WritesTheWeightsOfASupernet) {
    const auto folder = scratch_folder("weights");
    const std::string toml = tiny_space(folder);
    const auto space = load_space(toml);
    const auto file = filled_file(space);
    const std::string net = (folder / "net.pth").string();
    write_file(net, checkpoint_file(file, true, true));
    const std::string arch = "e2k3-e3k5-e2k5|e3k3-e3k3-e2k3-e2k3|e3k5-e2k3-e2k5";
    const std::string command = "export " + toml + " --arch '" + arch + "' -o " +
                                (folder / "net.onnx").string() + " --weights ";
    const Outcome done = run(command + net);
    ASSERT_EQ(done.code, 0) << done.text;
    EXPECT_THAT(done.text, HasSubstr("weights and batch statistics of the supernet " + net));
    const Subnet subnet = extract(make_supernet(space, file), parse_architecture(space, arch));
    EXPECT_EQ(read_file(folder / "net.onnx"), to_onnx(subnet.network, folded(subnet)));

    const Outcome other = run("export ofa-mbv3 --arch \"{'ks':3,'e':3,'d':2}\" -o " +
                              (folder / "other.onnx").string() + " --weights " + net);
    EXPECT_EQ(other.code, 3);
    EXPECT_THAT(other.text, HasSubstr("is no supernet of 'ofa-mbv3'"));
    EXPECT_FALSE(std::filesystem::exists(folder / "other.onnx"));
}

}  // namespace
}  // namespace blockscope
