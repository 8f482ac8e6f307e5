/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* The kernels behind anc-aws-checksum.h, each on its own so that tests compare
 * them. The register `state` is the CRC without its final inversion. */
typedef guint64 (*AncAwsCrcKernel) (guint64 state, const guint8 *data,
                                    gsize size);

/* CRC32C is fastest in multiples of so many bytes. */
#define ANC_AWS_CRC32C_STRIDE (3u * 8192)

typedef struct {
  const gchar *name;
  AncAwsCrcKernel update;
} AncAwsCrcVariant;

/* What this processor can run, best first; the last one is the table. */
guint anc_aws_crc32c_variants (AncAwsCrcVariant ret_variants[2]);
guint anc_aws_crc64nvme_variants (AncAwsCrcVariant ret_variants[2]);
