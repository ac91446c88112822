/* observe.h - telling an observer what begins.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOTCH_MODEL_OBSERVE_H
#define NOTCH_MODEL_OBSERVE_H

#include <notch/model.h>

/* observer may be NULL. */
static inline void notch_observe(const notch_observer *observer, notch_pass pass, uint32_t layer)
{
    if (observer != NULL) {
        observer->begins(observer->self, pass, layer);
    }
}

#endif
