/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/**
 * GstAncOutput:
 * @GST_ANC_OUTPUT_ERROR: the error signal: primary minus estimate, the
 *   cleaned signal
 * @GST_ANC_OUTPUT_ESTIMATE: the estimate of the noise in the primary
 * @GST_ANC_OUTPUT_PRIMARY: the primary as it came in
 *
 * Which signal leaves a canceller.
 */
typedef enum {
  GST_ANC_OUTPUT_ERROR,
  GST_ANC_OUTPUT_ESTIMATE,
  GST_ANC_OUTPUT_PRIMARY,
} GstAncOutput;

/**
 * GstAncReferenceMapping:
 * @GST_ANC_REFERENCE_MAPPING_AUTO: paired when both sides have the same number
 *   of channels and more than one, else all
 * @GST_ANC_REFERENCE_MAPPING_PAIRED: primary channel i hears reference i
 * @GST_ANC_REFERENCE_MAPPING_ALL: every primary channel hears all references
 *
 * Which reference channels each primary channel is cleaned with.
 */
typedef enum {
  GST_ANC_REFERENCE_MAPPING_AUTO,
  GST_ANC_REFERENCE_MAPPING_PAIRED,
  GST_ANC_REFERENCE_MAPPING_ALL,
} GstAncReferenceMapping;

#define GST_TYPE_ANC_OUTPUT (gst_anc_output_get_type ())
GType gst_anc_output_get_type (void);
#define GST_TYPE_ANC_REFERENCE_MAPPING (gst_anc_reference_mapping_get_type ())
GType gst_anc_reference_mapping_get_type (void);
#define GST_TYPE_ANC_REGULARIZATION_MODE                                       \
  (gst_anc_regularization_mode_get_type ())
GType gst_anc_regularization_mode_get_type (void);
#define GST_TYPE_ANC_SIGN_MODE (gst_anc_sign_mode_get_type ())
GType gst_anc_sign_mode_get_type (void);

G_END_DECLS
