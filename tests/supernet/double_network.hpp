#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "blockscope/supernet/subnet.hpp"

// The meaning of a sub-network in double, as plain as it can be while 10^9 products take a second.
namespace blockscope::plain {

/// [image, channel, y, x] of one tensor.
using Maps = std::vector<double>;

inline double activated(Activation activation, double x) {
    const double gate = std::clamp(x + 3, 0.0, 6.0) / 6;
    switch (activation) {
        case Activation::none:
            return x;
        case Activation::relu:
            return std::max(x, 0.0);
        case Activation::relu6:
            return std::clamp(x, 0.0, 6.0);
        case Activation::h_swish:
            return x * gate;
        case Activation::swish:
            return x / (1 + std::exp(-x));
        case Activation::h_sigmoid:
            return gate;
    }
    return x;
}

/// result[o][p] += weight[o][i] * columns[i][p]
inline void multiply(const float* weight, const double* columns, double* result, int out, int in,
                     int pixels) {
    constexpr int strip = 256;
    for (int first = 0; first < pixels; first += strip) {
        const int count = std::min(strip, pixels - first);
        for (int o = 0; o < out; ++o) {
            double* const sums = result + static_cast<std::size_t>(o) * pixels + first;
            int i = 0;
            for (; i + 4 <= in; i += 4) {
                const float* const w = weight + static_cast<std::size_t>(o) * in + i;
                const double w0 = w[0];
                const double w1 = w[1];
                const double w2 = w[2];
                const double w3 = w[3];
                const double* const c0 = columns + static_cast<std::size_t>(i) * pixels + first;
                const double* const c1 = c0 + pixels;
                const double* const c2 = c1 + pixels;
                const double* const c3 = c2 + pixels;
                for (int p = 0; p < count; ++p) {
                    sums[p] += w0 * c0[p] + w1 * c1[p] + w2 * c2[p] + w3 * c3[p];
                }
            }
            for (; i < in; ++i) {
                const double w = weight[static_cast<std::size_t>(o) * in + i];
                const double* const c = columns + static_cast<std::size_t>(i) * pixels + first;
                for (int p = 0; p < count; ++p) sums[p] += w * c[p];
            }
        }
    }
}

/// Calls visit(o, y, x, iy, ix) for one element (ky, kx) of every window that lies in the map.
template <typename Visit>
void for_each_window(const Operator& op, int pad, int ky, int kx, Visit visit) {
    for (int y = 0; y < op.out.height; ++y) {
        const int iy = y * op.stride - pad + ky;
        if (iy < 0 || iy >= op.in.height) continue;
        for (int x = 0; x < op.out.width; ++x) {
            const int ix = x * op.stride - pad + kx;
            if (ix >= 0 && ix < op.in.width) {
                visit(static_cast<std::size_t>(y) * op.out.width + x,
                      static_cast<std::size_t>(iy) * op.in.width + ix);
            }
        }
    }
}

/// One image; groups: 1 or as many as channels.
inline void convolve(const Operator& op, const std::vector<float>& weight, const double* in,
                     double* out) {
    const std::size_t in_pixels = static_cast<std::size_t>(op.in.height) * op.in.width;
    const std::size_t out_pixels = static_cast<std::size_t>(op.out.height) * op.out.width;
    const int k = op.kernel;
    if (op.groups == 1 && k == 1 && op.stride == 1) {
        multiply(weight.data(), in, out, op.out.channels, op.in.channels,
                 static_cast<int>(out_pixels));
        return;
    }
    if (op.groups == 1) {
        std::vector<double> columns(out_pixels * op.in.channels * k * k, 0.0);
        double* column = columns.data();
        for (int i = 0; i < op.in.channels; ++i) {
            for (int ky = 0; ky < k; ++ky) {
                for (int kx = 0; kx < k; ++kx, column += out_pixels) {
                    for_each_window(op, k / 2, ky, kx, [&](std::size_t to, std::size_t from) {
                        column[to] = in[i * in_pixels + from];
                    });
                }
            }
        }
        multiply(weight.data(), columns.data(), out, op.out.channels, op.in.channels * k * k,
                 static_cast<int>(out_pixels));
        return;
    }
    for (int c = 0; c < op.out.channels; ++c) {
        for (int ky = 0; ky < k; ++ky) {
            for (int kx = 0; kx < k; ++kx) {
                const double w = weight[(static_cast<std::size_t>(c) * k + ky) * k + kx];
                for_each_window(op, k / 2, ky, kx, [&](std::size_t to, std::size_t from) {
                    out[c * out_pixels + to] += w * in[c * in_pixels + from];
                });
            }
        }
    }
}

/// One channel of one image.
inline void pool(const Operator& op, const double* in, double* out) {
    const std::size_t out_pixels = static_cast<std::size_t>(op.out.height) * op.out.width;
    if (op.kind == OpKind::global_pool) {
        const int pixels = op.in.height * op.in.width;
        double sum = 0;
        for (int p = 0; p < pixels; ++p) sum += in[p];
        *out = sum / pixels;
        return;
    }
    const bool max = op.kind == OpKind::max_pool;
    std::vector<double> count(out_pixels, 0.0);
    std::fill_n(out, out_pixels, max ? -std::numeric_limits<double>::infinity() : 0.0);
    for (int ky = 0; ky < op.kernel; ++ky) {
        for (int kx = 0; kx < op.kernel; ++kx) {
            for_each_window(op, max ? op.kernel / 2 : 0, ky, kx,
                            [&](std::size_t to, std::size_t from) {
                                out[to] = max ? std::max(out[to], in[from]) : out[to] + in[from];
                                count[to] += 1;
                            });
        }
    }
    if (!max) {
        for (std::size_t p = 0; p < out_pixels; ++p) out[p] /= count[p];
    }
}

/// Mean and biased variance of one channel over images and pixels.
struct Statistics {
    std::vector<double> mean;
    std::vector<double> variance;
};

inline Statistics batch_statistics(const Shape& shape, const Maps& maps, int images) {
    const std::size_t pixels = static_cast<std::size_t>(shape.height) * shape.width;
    const double count = static_cast<double>(pixels) * images;
    Statistics made;
    for (int c = 0; c < shape.channels; ++c) {
        const auto over_all = [&](auto value) {
            double sum = 0;
            for (int n = 0; n < images; ++n) {
                const double* map = maps.data() + (n * shape.channels + c) * pixels;
                for (std::size_t p = 0; p < pixels; ++p) sum += value(map[p]);
            }
            return sum / count;
        };
        const double mean = over_all([](double x) { return x; });
        made.mean.push_back(mean);
        made.variance.push_back(over_all([mean](double x) { return (x - mean) * (x - mean); }));
    }
    return made;
}

/// Every tensor of the network but the input; of_batch: batch norm by the batch's own statistics,
/// which are returned for each operator that has one.
struct Pass {
    std::vector<Maps> tensors;
    std::vector<Statistics> statistics;
};

inline Pass run(const Subnet& subnet, const std::vector<float>& images, int count,
                bool of_batch = false) {
    const NetworkGraph& network = subnet.network;
    Pass pass{{Maps(images.begin(), images.end())}, {}};
    pass.statistics.resize(network.operators.size());
    for (std::size_t i = 0; i < network.operators.size(); ++i) {
        const Operator& op = network.operators[i];
        const LayerWeights& w = subnet.weights[i];
        const Maps& in = pass.tensors[op.input];
        const auto in_size = static_cast<std::size_t>(op.in.elements());
        const auto out_size = static_cast<std::size_t>(op.out.elements());
        const std::size_t in_pixels = in_size / op.in.channels;
        const std::size_t pixels = out_size / op.out.channels;
        Maps out(out_size * count, 0.0);
        for (int n = 0; n < count; ++n) {
            const double* from = in.data() + n * in_size;
            double* to = out.data() + n * out_size;
            switch (op.kind) {
                case OpKind::convolution:
                    convolve(op, w.weight, from, to);
                    break;
                case OpKind::linear:
                    multiply(w.weight.data(), from, to, op.out.channels, static_cast<int>(in_size),
                             1);
                    break;
                case OpKind::add:
                case OpKind::scale: {
                    const Maps& second = pass.tensors[op.second];
                    for (std::size_t e = 0; e < out_size; ++e) {
                        to[e] = op.kind == OpKind::add
                                    ? from[e] + second[n * out_size + e]
                                    : from[e] * second[n * op.out.channels + e / pixels];
                    }
                    break;
                }
                default:
                    for (int c = 0; c < op.out.channels; ++c) {
                        pool(op, from + c * in_pixels, to + c * pixels);
                    }
            }
        }
        Statistics& statistics = pass.statistics[i];
        if (op.batch_norm) {
            statistics = of_batch ? batch_statistics(op.out, out, count)
                                  : Statistics{w.batch_norm.mean, w.batch_norm.variance};
        }
        for (std::size_t e = 0; e < out.size(); ++e) {
            const std::size_t c = e / pixels % op.out.channels;
            double x = out[e];
            if (!w.bias.empty()) x += w.bias[c];
            if (op.batch_norm) {
                x = (x - statistics.mean[c]) /
                        std::sqrt(statistics.variance[c] + network.batch_norm_eps) *
                        w.batch_norm.scale[c] +
                    w.batch_norm.shift[c];
            }
            out[e] = activated(op.activation, x);
        }
        pass.tensors.push_back(std::move(out));
    }
    return pass;
}

inline Maps logits(const Subnet& subnet, const std::vector<float>& images, int count) {
    return run(subnet, images, count).tensors.back();
}

}  // namespace blockscope::plain
