/* matrix_amx.c - tiles of a product of matrices, 16 x 16 sums at a time.
 * SPDX-License-Identifier: MIT
 *
 * The processor's tiles are eight registers of up to 16 rows of 64 bytes. tdpbusd adds to each of
 * 16 x 16 sums the products of 16 units of a row, unsigned, and a column, signed, modulo 2^32.
 * Operands lie as those of VNNI: a left tile is 16 rows of 16 units, a right one 16 units of 16
 * columns. So a tile of matrix_table.h takes 2 x 2 of them for sums, 2 for the left and 2 for the
 * right. A configuration says how many rows and bytes of each are used. Loading one takes as long
 * as a dozen tiles and letting go of them even longer, so a block of tiles shares them.
 */
#include <string.h>

#include "kernels/x86/matrix_x86.h"
#include "kernels/x86/target.h"

#if NOTCH_HAVE_AMX

#define TARGET                                                                                     \
    __attribute__((target(                                                                         \
        "amx-tile,amx-int8,prfchw,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,popcnt")))

enum {
    LINES = 16, /* rows of a tile; and units, or sums, in one */
    LINE_BYTES = 64,
    GROUP_FROM = 8,     /* units */
    NARROW_STRIDE = 64, /* sums */
    PANEL = NOTCH_PANEL_AVX512,
    UNIT_BYTES = NOTCH_UNIT * PANEL
};

/* What ldtilecfg reads. */
typedef struct configuration {
    uint8_t palette, start_row, reserved[14];
    uint16_t line_bytes[16];
    uint8_t lines[16];
} configuration;

_Static_assert(sizeof(configuration) == 64, "the processor reads 64 bytes");

/* Tiles: sums of row half r and column half c are number 2 r + c, left 4 + r, right 6 + c. One
 * without rows has no bytes either. */
TARGET static void configure(uint32_t rows, uint32_t columns)
{
    const uint32_t lines[2] = {rows < LINES ? rows : LINES, rows < LINES ? 0 : rows - LINES};
    const uint32_t sums[2] = {columns < LINES ? columns : LINES,
                              columns < LINES ? 0 : columns - LINES};
    configuration all;
    memset(&all, 0, sizeof all);
    all.palette = 1;
    for (uint32_t r = 0; r < 2; r++) {
        for (uint32_t c = 0; c < 2; c++) {
            const bool some = lines[r] != 0 && sums[c] != 0;
            all.lines[2 * r + c] = (uint8_t)(some ? lines[r] : 0);
            all.line_bytes[2 * r + c] = (uint16_t)(some ? NOTCH_UNIT * sums[c] : 0);
        }
        all.lines[4 + r] = (uint8_t)lines[r];
        all.line_bytes[4 + r] = (uint16_t)(lines[r] != 0 ? LINE_BYTES : 0);
        all.lines[6 + r] = (uint8_t)(sums[r] != 0 ? LINES : 0);
        all.line_bytes[6 + r] = (uint16_t)(NOTCH_UNIT * sums[r]);
    }
    /* gcc 12 takes it to read the first 8 bytes only, and leaves out writing the others. */
    __asm__ volatile("" : : "m"(all));
    _tile_loadconfig(&all);
}

/* The result's sums of this tile, plus where the panel's sums start from. */
TARGET static void add_start(const notch_matrix_tile *tile)
{
    for (uint32_t first = 0; first < tile->columns; first += LINES) {
        const uint32_t columns = tile->columns - first;
        const __mmask16 wanted = (__mmask16)(columns < LINES ? (1u << columns) - 1 : 0xffffu);
        const __m512i start = _mm512_loadu_si512(tile->right + NOTCH_UNIT * first);
        for (uint32_t i = 0; i < tile->rows; i++) {
            int32_t *sums = tile->result + i * tile->stride + first;
            const __m512i sum = _mm512_maskz_loadu_epi32(wanted, sums);
            _mm512_mask_storeu_epi32(sums, wanted, _mm512_add_epi32(sum, start));
        }
    }
}

/* From the head of the panel, the same for each row, or from the result. */
TARGET static NOTCH_ALWAYS_INLINE inline void load_sums(const notch_matrix_tile *tile, bool low,
                                                        bool wide)
{
    const unsigned char *from = tile->add ? (const unsigned char *)tile->result : tile->right;
    const size_t line = tile->add ? tile->stride * sizeof(int32_t) : 0;
    const size_t down = LINES * line;
    __asm__ volatile("" : : : "memory"); /* gcc 12 does not know that loads of tiles read memory */
    _tile_loadd(0, from, line);
    if (wide) {
        _tile_loadd(1, from + LINE_BYTES, line);
    }
    if (low) {
        _tile_loadd(2, from + down, line);
    }
    if (low && wide) {
        _tile_loadd(3, from + down + LINE_BYTES, line);
    }
}

TARGET static NOTCH_ALWAYS_INLINE inline void store_sums(const notch_matrix_tile *tile, bool low,
                                                         bool wide)
{
    const size_t line = tile->stride * sizeof(int32_t);
    unsigned char *to = (unsigned char *)tile->result;
    unsigned char *down = to + LINES * line;
    _tile_stored(0, to, line);
    if (wide) {
        _tile_stored(1, to + LINE_BYTES, line);
    }
    if (low) {
        _tile_stored(2, down, line);
    }
    if (low && wide) {
        _tile_stored(3, down + LINE_BYTES, line);
    }
}

/* 16 units. */
TARGET static NOTCH_ALWAYS_INLINE inline void multiply_units(const unsigned char *left,
                                                             size_t row_bytes,
                                                             const unsigned char *right, bool low,
                                                             bool wide)
{
    _tile_loadd(4, left, row_bytes);
    _tile_loadd(6, right, UNIT_BYTES);
    _tile_dpbusd(0, 4, 6);
    if (wide) {
        _tile_loadd(7, right + LINE_BYTES, UNIT_BYTES);
        _tile_dpbusd(1, 4, 7);
    }
    if (low) {
        _tile_loadd(5, left + LINES * row_bytes, row_bytes);
        _tile_dpbusd(2, 5, 6);
    }
    if (low && wide) {
        _tile_dpbusd(3, 5, 7);
    }
}

/* Stores of tiles wait for each line that is not in the cache. Where lines of a tile lie further
 * apart, asking for them early makes matters worse (stem, input error: 490 against 290 us). */
TARGET static NOTCH_ALWAYS_INLINE inline void fetch_result(const notch_matrix_tile *tile, bool wide)
{
    const bool worthwhile = !tile->add && tile->stride <= NARROW_STRIDE;
    for (uint32_t i = 0; worthwhile && i < tile->rows; i++) {
        const int32_t *line = tile->result + i * tile->stride;
        __builtin_prefetch(line, 1);
        if (wide) {
            __builtin_prefetch(line + LINES, 1);
        }
    }
}

TARGET static NOTCH_ALWAYS_INLINE inline void multiply_halves(const notch_matrix_tile *tile,
                                                              bool low, bool wide)
{
    const unsigned char *right = tile->right + UNIT_BYTES;
    if (tile->add) {
        add_start(tile);
    }
    fetch_result(tile, wide);
    load_sums(tile, low, wide);
    for (size_t u = 0; u < tile->units; u += LINES) {
        multiply_units(tile->left + u * NOTCH_UNIT, tile->row_bytes, right + u * UNIT_BYTES, low,
                       wide);
    }
    store_sums(tile, low, wide);
}

/* Few units, which would fill a small part of the tiles: twelve rows at a time, as VNNI does. */
static void multiply_few(const notch_matrix_tile *tile)
{
    const notch_matrix_kernels *vnni = &notch_matrix_avx512_vnni;
    notch_matrix_tile part = *tile;
    for (uint32_t row = 0; row < tile->rows; row += part.rows) {
        const uint32_t left = tile->rows - row;
        part.rows = left < vnni->tile_rows ? left : vnni->tile_rows;
        part.left = tile->left + row * tile->row_bytes;
        part.result = tile->result + row * tile->stride;
        vnni->multiply(&part);
    }
}

TARGET static void multiply(notch_matrix_tile *tile)
{
    if (tile->units % LINES != 0) {
        multiply_few(tile);
        return;
    }
    const uint32_t shape = tile->rows << 8 | tile->columns;
    if (tile->configured != shape) {
        configure(tile->rows, tile->columns);
        tile->configured = shape;
    }
    switch ((tile->rows > LINES ? 2 : 0) + (tile->columns > LINES ? 1 : 0)) {
    case 0:
        multiply_halves(tile, false, false);
        break;
    case 1:
        multiply_halves(tile, false, true);
        break;
    case 2:
        multiply_halves(tile, true, false);
        break;
    default:
        multiply_halves(tile, true, true);
        break;
    }
}

TARGET static void release(void)
{
    _tile_release();
}

static void pack_right(const notch_operand *right, uint32_t columns, uint32_t terms,
                       unsigned char *panel)
{
    const uint32_t units = (terms + NOTCH_UNIT - 1) / NOTCH_UNIT, beyond = units % LINES;
    notch_pack_right_bytes_avx512(right, columns, terms, panel);
    if (units >= GROUP_FROM && beyond != 0) {
        memset(panel + (size_t)UNIT_BYTES * (1 + units), 0, (size_t)UNIT_BYTES * (LINES - beyond));
    }
}

const notch_matrix_kernels notch_matrix_amx = {
    .name = "avx512-amx",
    .unit_terms = 4,
    .unit_group = LINES,
    .group_from = GROUP_FROM,
    .takes_rows = true,
    .flip = 0x80,
    .panel = PANEL,
    .lanes = LINES,
    .tile_rows = 2 * LINES,
    .block_units = 128,
    .block_rows = 96,
    .block_columns = 256,
    .pack_rows = notch_pack_rows_bytes_avx512,
    .pack_left_rows = notch_pack_left_rows_avx512,
    .pack_right = pack_right,
    .multiply = multiply,
    .finish = release,
};

#endif
