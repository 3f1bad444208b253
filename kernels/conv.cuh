// What the convolutions share: how positions of the target and elements of the kernel meet elements of the source.

// A correlation along one axis: position u reads the source at u·stride + source + t·step for each of `taps` t, weighted with the kernel's element tap + t·tap_step, and writes the target at
// target + u·target_step. A convolution is one such map; a transposed convolution with stride s is s of them, one for each residue of the target's coordinate, each with the kernel's elements
// that reach that residue, so that no inserted zeros are multiplied.
struct AxisMap {
    int taps, tap, tap_step;
    int source, step, stride;
    int positions, target, target_step;
    uint32 multiplier, shift; // for division by taps: see Divider
};

#define MAX_MAPS 4 // of an axis in one launch

// target[n, m, positions] = bias[m] + Σ over channels and taps of weight·source; all contiguous. The weights are packed: rows of `packed_row` elements, one for each target channel of a
// group, by (group, source channel, kernel row, kernel column).
struct Correlation {
    int images, groups;
    int channels, rows; // of a group: in the source, in the target
    int source_height, source_width, target_height, target_width;
    int kernel_height, kernel_width;
    int packed_row;
    int maps_h, maps_w;
    int splits, chunk; // parts of the sums' terms and the terms in each; several write their sums apart
    int row_tiles, column_tiles;
    int vectors; // whether neighbouring positions are neighbours in the target, by whole packs of 4
    AxisMap h[MAX_MAPS], w[MAX_MAPS];
};

INLINE uint32 divide_by_taps(uint32 n, const AxisMap& map) { return (__umulhi(n, map.multiplier) + n) >> map.shift; }

// ⌊n / d⌋ where neither is known beforehand.
INLINE int64 quotient(int64 n, int64 d) { return ((n | d) >> 32) == 0 ? (int64)((uint32)n / (uint32)d) : n / d; }

// A coordinate that no image contains, whatever is added to it.
#define NOWHERE (-(1 << 30))

// Which part of a correlation a block computes.
struct BlockPart {
    int row_tile, column_tile, split, group, map_h, map_w;
};
INLINE BlockPart part_of_block(const Correlation& c) {
    // Row tiles first: blocks that run together share what they read of the source.
    BlockPart part;
    uint32 rest = blockIdx.x;
    part.row_tile = rest % c.row_tiles;
    rest /= c.row_tiles;
    part.column_tile = rest % c.column_tiles;
    rest /= c.column_tiles;
    part.split = rest % c.splits;
    rest /= c.splits;
    part.group = rest % c.groups;
    rest /= c.groups;
    part.map_w = rest % c.maps_w;
    part.map_h = rest / c.maps_w;
    return part;
}
