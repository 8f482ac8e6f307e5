/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-plan.h"

/* A part is at least this share of what lies before it. From n0 = SHARE parts
 * of the first size on the total grows by 1 + 1 / SHARE with each part, so
 * after 10,000 it is SHARE * exp (10000 / SHARE - 1) first sizes: 6.5 TiB from
 * 5 MiB. A smaller share would not reach 5 TiB, a larger one costs memory. */
#define SHARE 1250u
#define STEP (G_GUINT64_CONSTANT (1) << 20)

guint64
anc_s3_plan_part (guint64 part_size, guint64 largest, guint64 offset)
{
  guint64 grown = (offset / SHARE + STEP - 1) / STEP * STEP;

  if (largest == 0 || largest > ANC_S3_MAX_PART_SIZE)
    largest = ANC_S3_MAX_PART_SIZE;
  return MIN (MAX (part_size, grown), largest);
}
