#pragma once

#include <array>
#include <string>
#include <vector>

#include "blockscope/model/dense.hpp"
#include "blockscope/weights/tensor.hpp"

namespace blockscope {

/// Parts of a chain graph network, read in double so that what is multiplied out in advance is as
/// exact as what is not.
struct Matrix {
    std::size_t rows = 0, columns = 0;
    std::vector<double> values;
    double& operator()(std::size_t r, std::size_t c) { return values[r * columns + c]; }
    double operator()(std::size_t r, std::size_t c) const { return values[r * columns + c]; }
};

/// Tensors of the shape given; see weights().
Matrix matrix(const TensorFile& file, const std::string& name, std::int64_t rows,
              std::int64_t columns);
std::vector<double> numbers(const TensorFile& file, const std::string& name, std::int64_t count);
std::vector<float> to_float(const std::vector<double>& values);

/// Two linear layers of `width` with nothing between them as the one they are.
Dense<double> joined_dense(const TensorFile& file, const std::string& first,
                           const std::string& second, std::int64_t width, double slope);

/// A graph convolution with its batch norm multiplied in: z = rel x(before) + root x + bias.
struct Convolution {
    Matrix rel, root;
    std::vector<double> bias;
};
Convolution convolution(const TensorFile& file, int index, std::int64_t inputs, std::int64_t width);

/// The six numbers of a node: a table's row for each index, brought to one number, and the
/// resolution; all without sign.
class NodeEmbedding {
public:
    explicit NodeEmbedding(const TensorFile& file);

    /// Indices from 0: unit, layer, family (0 ProxylessNAS, 1 OFA-MobileNetV3), expansion, kernel.
    std::array<double, 6> node(const std::array<int, 5>& indices, int resolution) const;

private:
    std::array<std::vector<double>, 5> scalars_;
    double resolution_slope_ = 0;
    double resolution_bias_ = 0;
};

}  // namespace blockscope
