#pragma once

#include <filesystem>
#include <string>

#include <gtest/gtest.h>

#include "blockscope/space/space_file.hpp"

#include "tests/cli/program.hpp"
#include "tests/supernet/checkpoint_file.hpp"
#include "tests/supernet/fill.hpp"
#include "tests/supernet/image_tree.hpp"
#include "tests/supernet/tiny_space.hpp"

namespace blockscope {

/// A space with a supernet of invented weights and a folder of images, in a folder for each test.
class SupernetMetricVerbs : public testing::Test {
protected:
    void SetUp() override {
        folder_ = scratch_folder("supernet");
        write_file(folder_ / "tiny.toml", tiny_space_toml);
        put_images(folder_ / "images", "val", 6);
        put_images(folder_ / "images", "train", 6);
        const auto space = load_space((folder_ / "tiny.toml").string());
        write_file(folder_ / "net.pth", checkpoint_file(filled_file(space), false, true));
    }
    std::string space() const { return (folder_ / "tiny.toml").string(); }
    std::string metric(const std::string& options = "") const {
        return "'supernet:" + (folder_ / "net.pth").string() + "@" + (folder_ / "images").string() +
               "#cache=" + (folder_ / "cache").string() + options + "'";
    }

    std::filesystem::path folder_;
};

}  // namespace blockscope
