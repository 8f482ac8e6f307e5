/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include "gstancenums.h"

#include "anc-filter.h"

static GType
register_enum (const gchar *name, const GEnumValue *values)
{
  GType type = g_enum_register_static (name, values);
  gst_type_mark_as_plugin_api (type, 0);
  return type;
}

#define DEFINE_ENUM(function, name, ...)                                       \
  GType function (void)                                                        \
  {                                                                            \
    static gsize type = 0;                                                     \
    static const GEnumValue values[] = { __VA_ARGS__, { 0, NULL, NULL } };     \
    if (g_once_init_enter (&type))                                             \
      g_once_init_leave (&type, register_enum (name, values));                 \
    return type;                                                               \
  }

DEFINE_ENUM (gst_anc_output_get_type, "GstAncOutput",
             { GST_ANC_OUTPUT_ERROR, "Error: primary minus estimate", "error" },
             { GST_ANC_OUTPUT_ESTIMATE, "Estimate of the noise", "estimate" },
             { GST_ANC_OUTPUT_PRIMARY, "Primary, unchanged", "primary" })

DEFINE_ENUM (gst_anc_reference_mapping_get_type, "GstAncReferenceMapping",
             { GST_ANC_REFERENCE_MAPPING_AUTO,
               "Paired when channel counts are equal and above 1, else all",
               "auto" },
             { GST_ANC_REFERENCE_MAPPING_PAIRED,
               "Primary channel i hears reference channel i", "paired" },
             { GST_ANC_REFERENCE_MAPPING_ALL,
               "Every primary channel hears all reference channels", "all" })

DEFINE_ENUM (gst_anc_regularization_mode_get_type, "GstAncRegularizationMode",
             { ANC_REGULARIZATION_RELATIVE,
               "Times a slow power envelope times the number of taps",
               "relative" },
             { ANC_REGULARIZATION_ABSOLUTE, "The value itself", "absolute" })

DEFINE_ENUM (gst_anc_sign_mode_get_type, "GstAncSignMode",
             { ANC_SIGN_NONE, "Plain LMS", "none" },
             { ANC_SIGN_DATA, "Sign of the reference", "data" },
             { ANC_SIGN_ERROR, "Sign of the error", "error" },
             { ANC_SIGN_SIGN, "Signs of both", "sign" })
