/* digits.c - an image from its dice: strokes, ink, intensity and noise.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "data/digits.h"
#include "rng/philox.h"

/* The first stream of each purpose; the split is added. Pinned: they are part of the data set. */
enum {
    STREAM_LABEL = 0,
    STREAM_PEN = 2,
    STREAM_NOISE = 4
};

enum {
    SOFTNESS_LEAST = 24, /* ticks: half the width of the grey rim of a stroke */
    SOFTNESS_MOST = 60,
    INTENSITY_LEAST = 150, /* of full ink, in 1/256 */
    INTENSITY_MOST = 256,
    NOISE_LEAST = -16, /* grey levels; two images in five have none, as negative means 0 */
    NOISE_MOST = 24
};

static uint32_t number_of(notch_digits_split split)
{
    return split == NOTCH_DIGITS_TRAIN ? 0 : 1;
}

uint32_t notch_digits_count(notch_digits_split split)
{
    return split == NOTCH_DIGITS_TRAIN ? NOTCH_DIGITS_TRAIN_COUNT : NOTCH_DIGITS_TEST_COUNT;
}

uint8_t notch_digits_label(notch_digits_split split, uint32_t index)
{
    const notch_key key = {NOTCH_DIGITS_SEED, 0, STREAM_LABEL + number_of(split)};
    return (uint8_t)notch_random_below32(&key, index, NOTCH_DIGITS_CLASSES);
}

uint32_t notch_digits_word(notch_digits_dice *dice)
{
    if (dice->used % 4 == 0) {
        notch_random_block(&dice->key, dice->used / 4, dice->words);
    }
    return dice->words[dice->used++ % 4];
}

int32_t notch_digits_between(notch_digits_dice *dice, int32_t low, int32_t high)
{
    const uint32_t values = (uint32_t)(high - low) + 1;
    return low + (int32_t)(((uint64_t)notch_digits_word(dice) * values) >> 32);
}

int32_t notch_digits_bell(notch_digits_dice *dice, int32_t spread)
{
    /* A byte has mean 255 / 2 and variance (2^16 - 1) / 12, so four of them have standard deviation
     * 147.8. |sum - 510| * spread <= 510 * 2^20 < 2^31. */
    const uint32_t word = notch_digits_word(dice);
    const uint32_t sum = (word & 255) + (word >> 8 & 255) + (word >> 16 & 255) + (word >> 24);
    return ((int32_t)sum - 510) * spread / 148;
}

/* Grey levels by which each pixel is off: uniform within +-amplitude, cut at 0 and 255. */
static void add_noise(notch_digits_dice *dice, uint8_t pixels[NOTCH_DIGITS_PIXELS])
{
    const int32_t amplitude = notch_digits_between(dice, NOISE_LEAST, NOISE_MOST);
    if (amplitude <= 0) {
        return;
    }
    for (uint32_t first = 0; first < NOTCH_DIGITS_PIXELS; first += 4) {
        const uint32_t word = notch_digits_word(dice);
        for (uint32_t k = 0; k < 4; k++) { /* byte k of the word as a number, on any machine */
            const int32_t byte = (int32_t)(word >> 8 * k & 255);
            const int32_t pixel = pixels[first + k] + (byte - 128) * amplitude / 128;
            pixels[first + k] = (uint8_t)(pixel < 0 ? 0 : pixel > 255 ? 255 : pixel);
        }
    }
}

void notch_digits_image(notch_digits_split split, uint32_t index,
                        uint8_t pixels[NOTCH_DIGITS_PIXELS])
{
    notch_digits_segment segments[NOTCH_DIGITS_SEGMENTS_MOST];
    const uint32_t number = number_of(split);
    notch_digits_dice pen = {{NOTCH_DIGITS_SEED, index, STREAM_PEN + number}, 0, {0}};
    notch_digits_dice noise = {{NOTCH_DIGITS_SEED, index, STREAM_NOISE + number}, 0, {0}};

    memset(pixels, 0, NOTCH_DIGITS_PIXELS);
    const int32_t softness = notch_digits_between(&pen, SOFTNESS_LEAST, SOFTNESS_MOST);
    const int32_t intensity = notch_digits_between(&pen, INTENSITY_LEAST, INTENSITY_MOST);
    const uint32_t count = notch_digits_write(&pen, notch_digits_label(split, index), segments);
    for (uint32_t s = 0; s < count; s++) {
        notch_digits_draw(pixels, &segments[s], softness);
    }
    for (uint32_t k = 0; k < NOTCH_DIGITS_PIXELS; k++) {
        pixels[k] = (uint8_t)(pixels[k] * intensity / 256);
    }
    add_noise(&noise, pixels);
}
