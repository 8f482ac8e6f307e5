/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Sets a property from text by its type: numbers and strings as they are,
 * enums, flags, caps and the like as gst_value_deserialize() reads them.
 * FALSE with a reason: a clause that does not repeat the text. */
gboolean anc_property_set (GstElement *element, const gchar *property,
                           const gchar *text, gchar **ret_reason);

/* Is there such a property, and may it be written? */
gboolean anc_property_exists (GstElement *element, const gchar *property);

gboolean anc_property_is_readable (GstElement *element, const gchar *property);

/* As anc_property_set() takes it; NULL for what is not there, like an empty
 * string or no object. */
gchar *anc_property_get (GstElement *element, const gchar *property);
