/* test_digits.c - the built-in digits: the same bytes everywhere, balanced labels, sound images.
 * SPDX-License-Identifier: MIT
 */
#include <notch/digits.h>
#include <notch/notch.h>
#include <stdlib.h>

#include "../test.h"
#include "data/digits.h"

enum {
    PIXELS = NOTCH_DIGITS_PIXELS,
    SIDE = NOTCH_DIGITS_SIDE,
    CLASSES = NOTCH_DIGITS_CLASSES,
    SOME = 1000 /* images, where all would take long on an emulated machine */
};

static const notch_digits_split splits[] = {NOTCH_DIGITS_TRAIN, NOTCH_DIGITS_TEST};

/* FNV-1a of 64 bits (Fowler, Noll, Vo), continued from `hash`. */
static const uint64_t fnv_start = UINT64_C(0xcbf29ce484222325);

static uint64_t fnv(uint64_t hash, const uint8_t *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return hash;
}

/* Of the label, then the pixels. */
static uint64_t image_hash(uint64_t hash, notch_digits_split split, uint32_t index)
{
    uint8_t pixels[PIXELS];
    const uint8_t label = notch_digits_label(split, index);
    notch_digits_image(split, index, pixels);
    return fnv(fnv(hash, &label, 1), pixels, PIXELS);
}

/* ------------------------------------------------------------------------------------------------
 * Reproducible
 * --------------------------------------------------------------------------------------------- */

/* Labels and pixels of the first 1,000 images, one after the other. These never change: results
 * that were published for this data set depend on them. */
TEST(golden)
{
    static const uint64_t expected[] = {UINT64_C(0xafdca299f63d939c), UINT64_C(0x5dd0bbcf55ef2085)};
    for (int s = 0; s < 2; s++) {
        uint64_t hash = fnv_start;
        for (uint32_t i = 0; i < SOME; i++) {
            hash = image_hash(hash, splits[s], i);
        }
        NOTE("split %d", s);
        CHECK_EQUAL_U64(hash, expected[s]);
    }
}

TEST(any_order)
{
    static uint64_t hashes[SOME];
    for (uint32_t i = 0; i < SOME; i++) {
        hashes[i] = image_hash(fnv_start, NOTCH_DIGITS_TRAIN, i);
    }
    for (uint32_t i = 0; i < SOME; i++) {
        const uint32_t index = i * 617 % SOME; /* 617 and 1,000 have no common factor */
        NOTE("image %" PRIu32, index);
        CHECK_EQUAL_U64(image_hash(fnv_start, NOTCH_DIGITS_TRAIN, index), hashes[index]);
    }
}

static void hash_one(void *argument, uint64_t item, uint32_t worker)
{
    (void)worker;
    ((uint64_t *)argument)[item] = image_hash(fnv_start, NOTCH_DIGITS_TEST, (uint32_t)item);
}

TEST(any_thread)
{
    static uint64_t hashes[SOME];
    notch_threads *threads;
    CHECK(notch_threads_create(4, &threads, NULL) == NOTCH_OK);
    const notch_executor *executor = notch_threads_executor(threads);
    executor->run(executor->self, hash_one, hashes, SOME);
    notch_threads_destroy(threads);
    for (uint32_t i = 0; i < SOME; i++) {
        NOTE("image %" PRIu32, i);
        CHECK_EQUAL_U64(hashes[i], image_hash(fnv_start, NOTCH_DIGITS_TEST, i));
    }
}

/* What lay in the buffer does not matter, what lies around it stays. */
TEST(writes_all_pixels_and_no_more)
{
    uint8_t first[PIXELS + 2], second[PIXELS + 2];
    memset(first, 0, sizeof first);
    memset(second, 0xa5, sizeof second);
    notch_digits_image(NOTCH_DIGITS_TRAIN, 5, first + 1);
    notch_digits_image(NOTCH_DIGITS_TRAIN, 5, second + 1);
    CHECK(memcmp(first + 1, second + 1, PIXELS) == 0);
    CHECK_EQUAL_U64(second[0], 0xa5);
    CHECK_EQUAL_U64(second[PIXELS + 1], 0xa5);
}

TEST(beyond_the_data_set)
{
    CHECK_EQUAL_U64(notch_digits_count(NOTCH_DIGITS_TRAIN), 60000);
    CHECK_EQUAL_U64(notch_digits_count(NOTCH_DIGITS_TEST), 10000);
    static const uint32_t beyond[] = {60000, 70000, UINT32_MAX - 1, UINT32_MAX};
    for (int b = 0; b < 4; b++) { /* images of their own, not those of an index cut to fewer bits */
        const uint64_t hash = image_hash(fnv_start, NOTCH_DIGITS_TRAIN, beyond[b]);
        NOTE("index %" PRIu32, beyond[b]);
        CHECK(notch_digits_label(NOTCH_DIGITS_TRAIN, beyond[b]) < CLASSES);
        for (uint32_t i = 0; i < SOME; i++) {
            CHECK(hash != image_hash(fnv_start, NOTCH_DIGITS_TRAIN, i));
        }
        CHECK(hash != image_hash(fnv_start, NOTCH_DIGITS_TRAIN, beyond[b] & 0x7fff));
    }
    const notch_digits_split other = (notch_digits_split)7;
    CHECK_EQUAL_U64(notch_digits_count(other), 10000);
    CHECK_EQUAL_U64(image_hash(fnv_start, other, 3), image_hash(fnv_start, NOTCH_DIGITS_TEST, 3));
}

/* ------------------------------------------------------------------------------------------------
 * Labels
 * --------------------------------------------------------------------------------------------- */

/* The chi-square statistic of ten equally likely classes has 9 degrees of freedom, so it exceeds
 * 9 + 2 sqrt(9 * 20) + 2 * 20 < 76 with a probability of at most exp(-20) = 2e-9 (Laurent, Massart,
 * "Adaptive estimation of a quadratic functional by model selection", 2000, lemma 1). In integers:
 * sum (count - mean)^2 < 76 * mean. */
TEST(labels_balanced)
{
    for (int s = 0; s < 2; s++) {
        const int64_t mean = notch_digits_count(splits[s]) / CLASSES;
        int64_t counts[CLASSES] = {0}, sum = 0;
        for (uint32_t i = 0; i < notch_digits_count(splits[s]); i++) {
            const uint8_t label = notch_digits_label(splits[s], i);
            CHECK(label < CLASSES);
            counts[label]++;
        }
        for (int c = 0; c < CLASSES; c++) {
            sum += (counts[c] - mean) * (counts[c] - mean);
        }
        if (sum >= 76 * mean) {
            TEST_FAIL("split %d: the squared deviations add up to %" PRId64, s, sum);
        }
    }
}

/* A label tells nothing about the next one or the same one of the other split: 100 equally likely
 * pairs, 99 degrees of freedom, 99 + 2 sqrt(99 * 20) + 2 * 20 < 228. */
TEST(labels_independent)
{
    for (int kind = 0; kind < 2; kind++) {
        const int64_t pairs = NOTCH_DIGITS_TEST_COUNT, mean = pairs / (CLASSES * CLASSES);
        int64_t counts[CLASSES][CLASSES] = {{0}}, sum = 0;
        for (uint32_t i = 0; i < pairs; i++) {
            const uint8_t other = kind == 0 ? notch_digits_label(NOTCH_DIGITS_TRAIN, i)
                                            : notch_digits_label(NOTCH_DIGITS_TEST, i + 1);
            counts[notch_digits_label(NOTCH_DIGITS_TEST, i)][other]++;
        }
        for (int c = 0; c < CLASSES * CLASSES; c++) {
            const int64_t off = counts[c / CLASSES][c % CLASSES] - mean;
            sum += off * off;
        }
        if (sum >= 228 * mean) {
            TEST_FAIL("kind %d: the squared deviations add up to %" PRId64, kind, sum);
        }
    }
}

/* ------------------------------------------------------------------------------------------------
 * Images
 * --------------------------------------------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Within a split and between the two. */
TEST(no_image_twice)
{
    enum {
        EACH = 5000
    };
    static uint64_t hashes[2 * EACH];
    for (uint32_t i = 0; i < 2 * EACH; i++) {
        uint8_t pixels[PIXELS];
        notch_digits_image(splits[i % 2], i / 2, pixels);
        hashes[i] = fnv(fnv_start, pixels, PIXELS);
    }
    qsort(hashes, 2 * EACH, sizeof hashes[0], compare);
    for (uint32_t i = 1; i < 2 * EACH; i++) {
        CHECK(hashes[i - 1] != hashes[i]);
    }
}

/* Ink covers some of every image but not most of it. Noise alone stays below 24, full ink is at
 * least 149; the thinnest pen on the straightest 1 leaves about 20 pixels dark. */
TEST(neither_empty_nor_full)
{
    for (uint32_t i = 0; i < 10 * SOME; i++) {
        uint8_t pixels[PIXELS];
        uint32_t dark = 0, darkest = 0;
        notch_digits_image(splits[i % 2], i / 2, pixels);
        for (uint32_t k = 0; k < PIXELS; k++) {
            dark += pixels[k] >= 64;
            darkest = pixels[k] > darkest ? pixels[k] : darkest;
        }
        if (dark < 12 || dark > PIXELS / 2 || darkest < 100) {
            TEST_FAIL("split %d, image %" PRIu32 ": %" PRIu32 " dark pixels, the darkest %" PRIu32,
                      (int)splits[i % 2], i / 2, dark, darkest);
        }
    }
}

/* Mean and standard deviation of all pixels are about 27 and 63 of 255 (those of MNIST are 33 and
 * 79: its pens are wider and its ink is always full); the centre of the ink is in the middle of the
 * image, and the rim is almost white. */
TEST(like_handwriting)
{
    for (int s = 0; s < 2; s++) {
        uint64_t sum = 0, squares = 0, rows = 0, columns = 0, rim = 0;
        for (uint32_t i = 0; i < SOME; i++) {
            uint8_t pixels[PIXELS];
            notch_digits_image(splits[s], i, pixels);
            for (uint32_t k = 0; k < PIXELS; k++) {
                const uint32_t row = k / SIDE, column = k % SIDE;
                sum += pixels[k];
                squares += (uint64_t)pixels[k] * pixels[k];
                rows += (uint64_t)pixels[k] * row;
                columns += (uint64_t)pixels[k] * column;
                if (row == 0 || row == SIDE - 1 || column == 0 || column == SIDE - 1) {
                    rim += pixels[k];
                }
            }
        }
        const uint64_t count = (uint64_t)SOME * PIXELS;
        const uint64_t mean = sum / count, variance = squares / count - mean * mean;
        NOTE("split %d: mean %" PRIu64 ", variance %" PRIu64 ", centre %" PRIu64 " %" PRIu64
             " tenths, rim %" PRIu64,
             s, mean, variance, 10 * rows / sum, 10 * columns / sum, rim / (SOME * 108));
        CHECK(mean >= 24 && mean <= 36);
        CHECK(variance >= 56 * 56 && variance <= 80 * 80);
        CHECK(10 * rows / sum >= 130 && 10 * rows / sum < 140);
        CHECK(10 * columns / sum >= 130 && 10 * columns / sum < 140);
        CHECK(rim / (SOME * 108) < 6); /* 108 pixels of each image */
    }
}

/* Images go with their labels: the class whose mean over training images is nearest is the right
 * one for most test images. (Guessing is right for a tenth.) */
TEST(labels_fit)
{
    static int64_t means[CLASSES][PIXELS];
    int64_t counts[CLASSES] = {0};
    uint8_t pixels[PIXELS];
    for (uint32_t i = 0; i < 3 * SOME; i++) {
        const uint8_t label = notch_digits_label(NOTCH_DIGITS_TRAIN, i);
        notch_digits_image(NOTCH_DIGITS_TRAIN, i, pixels);
        counts[label]++;
        for (uint32_t k = 0; k < PIXELS; k++) {
            means[label][k] += pixels[k];
        }
    }
    for (uint32_t k = 0; k < CLASSES * PIXELS; k++) {
        means[k / PIXELS][k % PIXELS] /= counts[k / PIXELS];
    }
    uint32_t right = 0;
    for (uint32_t i = 0; i < SOME; i++) {
        int64_t least = INT64_MAX;
        uint32_t nearest = 0;
        notch_digits_image(NOTCH_DIGITS_TEST, i, pixels);
        for (uint32_t c = 0; c < CLASSES; c++) {
            int64_t distance = 0;
            for (uint32_t k = 0; k < PIXELS; k++) {
                distance += (means[c][k] - pixels[k]) * (means[c][k] - pixels[k]);
            }
            if (distance < least) {
                least = distance;
                nearest = c;
            }
        }
        right += nearest == notch_digits_label(NOTCH_DIGITS_TEST, i);
    }
    NOTE("%" PRIu32 " of %d are right", right, SOME);
    CHECK(right > SOME * 6 / 10 && right < SOME * 9 / 10);
}

/* ------------------------------------------------------------------------------------------------
 * Parts
 * --------------------------------------------------------------------------------------------- */

TEST(dice)
{
    const notch_key key = {NOTCH_DIGITS_SEED, 12, 3};
    notch_digits_dice dice = {key, 0, {0}};
    int32_t low = INT32_MAX, high = INT32_MIN;
    int64_t sum = 0, squares = 0;
    for (uint64_t i = 0; i < SOME; i++) {
        CHECK_EQUAL_U64(notch_digits_word(&dice), notch_random_word(&key, i));
    }
    for (uint32_t i = 0; i < SOME; i++) {
        const int32_t value = notch_digits_between(&dice, -3, 3);
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    CHECK_EQUAL_I64(low, -3);
    CHECK_EQUAL_I64(high, 3);
    for (uint32_t i = 0; i < 10 * SOME; i++) {
        const int32_t value = notch_digits_bell(&dice, 1000);
        CHECK(value >= -3446 && value <= 3446);
        sum += value;
        squares += (int64_t)value * value;
    }
    /* Six standard deviations: of the mean 6 * 1,000 / sqrt(10,000), of the mean square, whose
     * terms vary by less than sqrt(2) * 10^6, 6 * 1.42 * 10^4. */
    CHECK(sum > -60 * 10 * SOME && sum < 60 * 10 * SOME);
    CHECK(squares / (10 * SOME) > 1000000 - 86000 && squares / (10 * SOME) < 1000000 + 86000);
}

TEST(styles)
{
    for (uint32_t digit = 0; digit < CLASSES; digit++) {
        uint32_t shares = 0;
        for (uint32_t share = 0; share < NOTCH_DIGITS_SHARES; share++) {
            const notch_digits_style *style = notch_digits_style_at(digit, share);
            NOTE("digit %" PRIu32 ", share %" PRIu32, digit, share);
            CHECK(style->count >= 3 && style->count <= NOTCH_DIGITS_POINTS_MOST);
            CHECK(style->points[0].passage == NOTCH_DIGITS_START);
            CHECK(style->points[style->count - 1].passage == NOTCH_DIGITS_SMOOTH);
            for (uint32_t i = 0; i < style->count; i++) {
                const notch_digits_point point = style->points[i];
                CHECK(point.x >= -36 && point.x <= 36 && point.y >= -50 && point.y <= 50);
                /* no stroke of a single point */
                CHECK(i == 0 || point.passage != NOTCH_DIGITS_START ||
                      style->points[i - 1].passage == NOTCH_DIGITS_SMOOTH);
            }
            if (share == 0 || style != notch_digits_style_at(digit, share - 1)) {
                shares += style->share;
            }
        }
        CHECK_EQUAL_U64(shares, NOTCH_DIGITS_SHARES);
    }
}

/* The paths of 10,000 writers keep to the limits that the ink relies on. */
TEST(segments_within_limits)
{
    for (uint32_t i = 0; i < 10 * SOME; i++) {
        notch_digits_segment segments[NOTCH_DIGITS_SEGMENTS_MOST];
        notch_digits_dice dice = {{99, i, 0}, 0, {0}};
        const uint32_t count = notch_digits_write(&dice, i % CLASSES, segments);
        NOTE("writer %" PRIu32, i);
        CHECK(count >= 6 && count <= NOTCH_DIGITS_SEGMENTS_MOST);
        for (uint32_t s = 0; s < count; s++) {
            const int32_t low = -16 * NOTCH_DIGITS_TICKS, high = 44 * NOTCH_DIGITS_TICKS;
            CHECK(segments[s].x0 >= low && segments[s].x0 <= high && segments[s].y0 >= low);
            CHECK(segments[s].y0 <= high && segments[s].x1 >= low && segments[s].x1 <= high);
            CHECK(segments[s].y1 >= low && segments[s].y1 <= high);
            CHECK(segments[s].radius >= 16 && segments[s].radius <= 192);
        }
    }
}

/* Ink of one segment at the pixel (column, row) of an empty image. */
static uint8_t ink_at(notch_digits_segment segment, int32_t softness, uint32_t column, uint32_t row)
{
    uint8_t pixels[PIXELS] = {0};
    notch_digits_draw(pixels, &segment, softness);
    return pixels[row * SIDE + column];
}

TEST(ink)
{
    /* from the centre of pixel (5, 10) to that of (15, 10), 2 pixels wide, grey from 0.5 to 1.5 */
    const int32_t y = 10 * 64 + 32;
    const notch_digits_segment line = {5 * 64 + 32, y, 15 * 64 + 32, y, 64};
    const notch_digits_segment back = {15 * 64 + 32, y, 5 * 64 + 32, y, 64};
    for (uint32_t column = 5; column <= 15; column++) {
        CHECK_EQUAL_U64(ink_at(line, 32, column, 10), 255);
        /* distance 1: (1.5^2 - 1) / (1.5^2 - 0.5^2) of 255 */
        CHECK_EQUAL_U64(ink_at(line, 32, column, 9), 159);
        CHECK_EQUAL_U64(ink_at(line, 32, column, 11), 159);
        CHECK_EQUAL_U64(ink_at(line, 32, column, 12), 0);
        CHECK_EQUAL_U64(ink_at(back, 32, column, 11), 159);
    }
    CHECK_EQUAL_U64(ink_at(line, 32, 4, 10), 159);
    CHECK_EQUAL_U64(ink_at(line, 32, 16, 10), 159);
    CHECK_EQUAL_U64(ink_at(line, 32, 16, 11), 32); /* distance sqrt(2): 1/8 */
    CHECK_EQUAL_U64(ink_at(line, 32, 17, 10), 0);

    const notch_digits_segment dot = {y, y, y, y, 64};
    CHECK_EQUAL_U64(ink_at(dot, 32, 10, 10), 255);
    CHECK_EQUAL_U64(ink_at(dot, 32, 10, 11), 159);
    CHECK_EQUAL_U64(ink_at(dot, 32, 9, 10), 159);
    CHECK_EQUAL_U64(ink_at(dot, 32, 12, 10), 0);
}

/* The longest, widest strokes, and ones that lie beside the image. */
TEST(ink_at_the_limits)
{
    static const int32_t ends[] = {-1024, -300, 0, 1791, 1792, 2100, 2816};
    for (uint32_t i = 0; i < 7 * 7 * 7 * 7; i++) {
        const notch_digits_segment segment = {ends[i % 7], ends[i / 7 % 7], ends[i / 49 % 7],
                                              ends[i / 343], 192};
        uint8_t pixels[PIXELS] = {0};
        uint32_t sum = 0;
        notch_digits_draw(pixels, &segment, 96);
        for (uint32_t k = 0; k < PIXELS; k++) {
            sum += pixels[k];
        }
        /* 288 ticks reach from outside: nothing from 300 away on either side */
        const bool beside = (segment.x0 <= -300 && segment.x1 <= -300) ||
                            (segment.y0 <= -300 && segment.y1 <= -300) ||
                            (segment.x0 >= 2100 && segment.x1 >= 2100) ||
                            (segment.y0 >= 2100 && segment.y1 >= 2100);
        const bool starts_inside =
            segment.x0 >= 0 && segment.x0 <= 1792 && segment.y0 >= 0 && segment.y0 <= 1792;
        NOTE("segment %" PRIu32, i);
        CHECK(beside ? sum == 0 : sum > 0 || !starts_inside);
    }
}

TEST_MAIN(RUN(golden), RUN(any_order), RUN(any_thread), RUN(writes_all_pixels_and_no_more),
          RUN(beyond_the_data_set), RUN(labels_balanced), RUN(labels_independent),
          RUN(no_image_twice), RUN(neither_empty_nor_full), RUN(like_handwriting), RUN(labels_fit),
          RUN(dice), RUN(styles), RUN(segments_within_limits), RUN(ink), RUN(ink_at_the_limits))
