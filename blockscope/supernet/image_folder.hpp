#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "blockscope/space/design_space.hpp"

namespace blockscope {

/// One folder of images for each class, as ImageNet is laid out.
struct ImageFolder {
    struct File {
        std::string name;  ///< relative to root
        int label = 0;     ///< number of the network's output
    };
    std::string root;
    std::vector<std::string> classes;  ///< folders, in torchvision's order: sorted by bytes
    std::vector<int> labels;           ///< of each class
    std::vector<File> files;           ///< class after class, sorted within
    std::size_t others = 0;            ///< files that are neither .jpg, .jpeg nor .png
    bool mapped = false;               ///< labels come from a class map

    std::string path(std::size_t i) const { return root + "/" + files[i].name; }
};

/// class_map: a CSV file with a column `index` and one of `folder`, `wnid` or `class`, so that a
/// part of the classes keeps its outputs; "": the classes are numbered in order. Folders within a
/// class are searched too. Throws Error for a folder without classes, a class without images or one
/// that the map does not know.
ImageFolder read_image_folder(const std::string& root, const std::string& class_map = "");

/// Names the list of images with their labels: equal for equal lists, wherever they lie.
std::string list_hash(const ImageFolder& folder);

/// Throws Error if the folder's labels cannot be the outputs of the space's networks.
void check_labels(const DesignSpace& space, const ImageFolder& folder);

/// About `count` of the folder's images as indices, ascending: from each class its share of `count`
/// (the classes drawn at random for what does not divide), drawn without replacement.
std::vector<std::size_t> stratified_sample(const ImageFolder& folder, std::size_t count,
                                           std::uint64_t seed);

}  // namespace blockscope
