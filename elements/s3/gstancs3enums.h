/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Values: AncS3OnError. */
#define GST_TYPE_ANC_S3_ON_ERROR (gst_anc_s3_on_error_get_type ())
GType gst_anc_s3_on_error_get_type (void);

/* Values: AncAwsChecksumAlgorithm. */
#define GST_TYPE_ANC_S3_CHECKSUM (gst_anc_s3_checksum_get_type ())
GType gst_anc_s3_checksum_get_type (void);

G_END_DECLS
