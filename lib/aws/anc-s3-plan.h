/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What an S3 multipart upload may look like. Amazon S3 User Guide, "Amazon S3
 * multipart upload limits". */
#define ANC_S3_MIN_PART_SIZE (G_GUINT64_CONSTANT (5) << 20) /* but the last */
#define ANC_S3_MAX_PART_SIZE (G_GUINT64_CONSTANT (5) << 30)
#define ANC_S3_MAX_PARTS 10000u
#define ANC_S3_MAX_OBJECT_SIZE (G_GUINT64_CONSTANT (5) << 40)

/* The size of the part that begins `offset` bytes into the object. It is
 * `part_size` for the first 1,250 parts and then grows with what was written,
 * so that 10,000 parts reach 5 TiB from any legal part size; but it is never
 * above `largest` (0: 5 GiB). All in bytes. */
guint64 anc_s3_plan_part (guint64 part_size, guint64 largest, guint64 offset);
