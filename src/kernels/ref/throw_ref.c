/* throw_ref.c - from random words to categories.
 * SPDX-License-Identifier: MIT
 */
#include "kernels/kernels.h"
#include "kernels/last_word.h"

void notch_last_words_ref(const uint64_t *cumulative, uint32_t count, uint64_t base, uint32_t *last,
                          notch_lean *lean)
{
    const notch_word_scale scale = notch_word_scale_for(cumulative[count - 1] - base);
    *lean = (notch_lean){INT32_MAX, INT32_MIN};
    for (uint32_t i = 0; i < count; i++) {
        last[i] = notch_last_word(&scale, cumulative[i] - base);
        notch_lean_add(lean, last[i], count, i);
    }
}

void notch_throw_ref(const notch_throw *how, const uint32_t *words, uint32_t count,
                     uint32_t *counts)
{
    const notch_throw own = *how; /* for all that compilers know, counts could change *how */
    const uint32_t *last = own.last;
    for (uint32_t t = 0; t < count; t++) {
        const uint32_t word = words[t];
        uint32_t i = notch_throw_from(&own, word);
        /* seldom more than these, so that the loop below is easy to predict */
        i += last[i] < word;
        i += last[i] < word;
        i += last[i] < word;
        while (last[i] < word) {
            i++;
        }
        counts[i]++;
    }
}
