/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

#include <stddef.h>

G_BEGIN_DECLS

/* Properties that are members of a structure, each declared once, in a table:
 * what it is, where its value is kept, and its default. */
typedef enum {
  GST_ANC_FIELD_TEXT,      /* gchar * */
  GST_ANC_FIELD_STRUCTURE, /* GstStructure * */
  GST_ANC_FIELD_SWITCH,    /* gboolean */
  GST_ANC_FIELD_NUMBER,    /* guint */
  GST_ANC_FIELD_LONG,      /* guint64 */
  GST_ANC_FIELD_TIME,   /* guint in milliseconds; the property in nanoseconds */
  GST_ANC_FIELD_CHOICE, /* gint, of an enumeration */
} GstAncFieldType;

typedef struct {
  const gchar *name, *nick, *blurb;
  GstAncFieldType type;
  gsize offset;
  guint64 minimum, maximum, standard; /* in the unit of the property */
  GType (*get_enumeration) (void);
} GstAncField;

/* Structure, member, name, nick, blurb, and what belongs to the type. */
#define GST_ANC_FIELD(s, m, n, k, b, t)                                        \
  .name = n, .nick = k, .blurb = b, .type = t, .offset = offsetof (s, m)

#define GST_ANC_TEXT(s, m, n, k, b)                                            \
  {                                                                            \
    GST_ANC_FIELD (s, m, n, k, b, GST_ANC_FIELD_TEXT)                          \
  }
#define GST_ANC_STRUCTURE(s, m, n, k, b)                                       \
  {                                                                            \
    GST_ANC_FIELD (s, m, n, k, b, GST_ANC_FIELD_STRUCTURE)                     \
  }
#define GST_ANC_SWITCH(s, m, n, k, b, value)                                   \
  {                                                                            \
    GST_ANC_FIELD (s, m, n, k, b, GST_ANC_FIELD_SWITCH), .standard = value     \
  }
#define GST_ANC_NUMBER(s, m, n, k, b, least, most, value)                      \
  {                                                                            \
    GST_ANC_FIELD (s, m, n, k, b, GST_ANC_FIELD_NUMBER),                       \
        .minimum = least, .maximum = most, .standard = value                   \
  }
#define GST_ANC_LONG(s, m, n, k, b, least, most, value)                        \
  {                                                                            \
    GST_ANC_FIELD (s, m, n, k, b, GST_ANC_FIELD_LONG),                         \
        .minimum = least, .maximum = most, .standard = value                   \
  }
#define GST_ANC_TIME(s, m, n, k, b, least, most, value)                        \
  {                                                                            \
    GST_ANC_FIELD (s, m, n, k, b, GST_ANC_FIELD_TIME),                         \
        .minimum = least, .maximum = most, .standard = value                   \
  }
#define GST_ANC_CHOICE(s, m, n, k, b, get_type, value)                         \
  {                                                                            \
    GST_ANC_FIELD (s, m, n, k, b, GST_ANC_FIELD_CHOICE),                       \
        .standard = value, .get_enumeration = get_type                         \
  }

/* Gives the fields of the table the ids from `first` on. `when` is
 * GST_PARAM_MUTABLE_READY or another of these. The table's strings must live as
 * long as the class. */
void gst_anc_fields_install (GObjectClass *klass, guint first,
                             const GstAncField *fields, guint count,
                             GParamFlags when);

/* Defaults into the structure at `base`, and its texts and structures away. */
void gst_anc_fields_init (gpointer base, const GstAncField *fields,
                          guint count);
void gst_anc_fields_clear (gpointer base, const GstAncField *fields,
                           guint count);

/* Makes the texts and structures at `base`, a copy of another, its own. */
void gst_anc_fields_own (gpointer base, const GstAncField *fields, guint count);

/* FALSE: the id is none of the table's. */
gboolean gst_anc_fields_set (gpointer base, guint first,
                             const GstAncField *fields, guint count, guint id,
                             const GValue *value);
gboolean gst_anc_fields_get (gconstpointer base, guint first,
                             const GstAncField *fields, guint count, guint id,
                             GValue *value);

G_END_DECLS
