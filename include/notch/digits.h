/* notch/digits.h - the built-in data set: handwritten-like digits, computed instead of stored.
 * SPDX-License-Identifier: MIT
 *
 * 60,000 training and 10,000 test images of 28 x 28 grey pixels in 10 classes, the shape of MNIST,
 * drawn by a pen model: every digit has several writing styles, and every image its own slant,
 * size, proportions, tremor, pen width, pressure, breaks and pixel noise. Training and test images
 * follow one law.
 *
 * Each image and each label is a pure function of (split, index), in integer arithmetic: any order,
 * any number of threads, the same bytes on every machine. No allocation, no global state.
 *
 * Random words, all under seed NOTCH_DIGITS_SEED, with split 0 or 1 (see notch_random_word):
 *   label   stream split      step 0      notch_random_below32, draw number index, bound 10
 *   pen     stream 2 + split  step index  words 0, 1, 2, ...
 *   noise   stream 4 + split  step index  words 0, 1, 2, ...
 */
#ifndef NOTCH_DIGITS_H
#define NOTCH_DIGITS_H

#include <notch/core.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NOTCH_DIGITS_SEED UINT64_C(0x646967697473) /* "digits" in ASCII */
#define NOTCH_DIGITS_SIDE 28u                      /* rows, and pixels in a row */
#define NOTCH_DIGITS_PIXELS 784u                   /* 28 * 28 */
#define NOTCH_DIGITS_CLASSES 10u                   /* class c is the digit c */
#define NOTCH_DIGITS_TRAIN_COUNT 60000u
#define NOTCH_DIGITS_TEST_COUNT 10000u

/* Values are pinned. Where a function below takes a split, any other value means test. */
typedef enum notch_digits_split {
    NOTCH_DIGITS_TRAIN = 0,
    NOTCH_DIGITS_TEST = 1
} notch_digits_split;

/* Number of images in the split: 60,000 or 10,000. */
NOTCH_API uint32_t notch_digits_count(notch_digits_split split);

/* The class of image `index`, 0 to 9: independent for every image, each class with the same
 * probability. Defined for every 32-bit index, see notch_digits_image. */
NOTCH_API uint8_t notch_digits_label(notch_digits_split split, uint32_t index);

/* pixels[28 * row + column] = image `index`, top row first; 0 is paper, 255 full ink.
 * Every 32-bit index has its image: those from notch_digits_count on are not part of the data set,
 * but follow the same law, for whoever wants fresh ones. */
NOTCH_API void notch_digits_image(notch_digits_split split, uint32_t index,
                                  uint8_t pixels[NOTCH_DIGITS_PIXELS]);

#ifdef __cplusplus
}
#endif

#endif
