/* rows_ref.c - rows without a special instruction set.
 * SPDX-License-Identifier: MIT
 */
#define TARGET
#define TABLE notch_rows_ref

#include "kernels/rows_body.h"
