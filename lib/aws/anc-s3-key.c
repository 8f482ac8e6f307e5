/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-s3-key.h"

#include <string.h>

#include "anc-aws-error.h"
#include "anc-s3.h"

#define DEFAULT_TIME "%Y%m%dT%H%M%SZ"
#define DEFAULT_DIGITS 5u

typedef enum {
  PIECE_TEXT,
  PIECE_TIME,
  PIECE_INDEX,
  PIECE_UUID,
  PIECE_ELEMENT,
  PIECE_TAG
} PieceKind;

/* What may be in braces, and what may follow its colon. */
static const struct {
  const gchar *name;
  PieceKind kind;
  gboolean takes_argument;
} placeholders[] = {
  { "time", PIECE_TIME, TRUE },  { "index", PIECE_INDEX, TRUE },
  { "uuid", PIECE_UUID, FALSE }, { "element", PIECE_ELEMENT, FALSE },
  { "tag", PIECE_TAG, TRUE },
};

typedef struct {
  PieceKind kind;
  gchar *text; /* the literal, time format or name of the tag */
  guint digits;
} Piece;

struct _AncS3Key {
  GArray *pieces;
};

static void
piece_clear (Piece *piece)
{
  g_free (piece->text);
}

void
anc_s3_key_free (AncS3Key *self)
{
  g_array_unref (self->pieces);
  g_free (self);
}

static gboolean
refuse (const gchar *body, GError **error)
{
  anc_aws_error_set (
      error, ANC_AWS_ERROR_ARGUMENT, NULL,
      "\"{%s}\" in the key is unknown: there are {time:FORMAT}, "
      "{index}, {uuid}, {element} and {tag:NAME}; {{ is a brace.",
      body);
  return FALSE;
}

static gboolean
take_argument (Piece *piece, const gchar *body, const gchar *argument,
               GError **error)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autofree gchar *sample = NULL;

  if (piece->kind == PIECE_TIME) {
    piece->text = g_strdup (argument != NULL ? argument : DEFAULT_TIME);
    sample = g_date_time_format (now, piece->text);
    if (sample != NULL && *sample != '\0')
      return TRUE;
    anc_aws_error_set (error, ANC_AWS_ERROR_ARGUMENT, NULL,
                       "\"{%s}\" in the key is not a time format; "
                       "{time:%%Y-%%m-%%d} is one.",
                       body);
    return FALSE;
  }
  if (piece->kind == PIECE_INDEX) {
    piece->digits = DEFAULT_DIGITS;
    if (argument != NULL && strlen (argument) == 1 && *argument >= '1'
        && *argument <= '9')
      piece->digits = (guint) (*argument - '0');
    else if (argument != NULL) {
      anc_aws_error_set (
          error, ANC_AWS_ERROR_ARGUMENT, NULL,
          "\"{%s}\" in the key: an index has 1 to 9 digits, as in "
          "{index:6}.",
          body);
      return FALSE;
    }
    return TRUE;
  }
  piece->text = g_strdup (argument);
  return TRUE;
}

static gboolean
add_placeholder (AncS3Key *self, const gchar *body, GError **error)
{
  const gchar *colon = strchr (body, ':');
  gsize length = colon != NULL ? (gsize) (colon - body) : strlen (body);
  Piece piece = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (placeholders); i++) {
    if (strlen (placeholders[i].name) != length
        || strncmp (body, placeholders[i].name, length) != 0)
      continue;
    piece.kind = placeholders[i].kind;
    if ((colon != NULL && !placeholders[i].takes_argument)
        || (piece.kind == PIECE_TAG && (colon == NULL || colon[1] == '\0')))
      return refuse (body, error);
    if (!take_argument (&piece, body, colon != NULL ? colon + 1 : NULL,
                        error)) {
      piece_clear (&piece);
      return FALSE;
    }
    g_array_append_val (self->pieces, piece);
    return TRUE;
  }
  return refuse (body, error);
}

static void
add_text (AncS3Key *self, GString *text)
{
  Piece piece = { PIECE_TEXT, NULL, 0 };

  if (text->len == 0)
    return;
  piece.text = g_strndup (text->str, text->len);
  g_array_append_val (self->pieces, piece);
  g_string_truncate (text, 0);
}

static gboolean
lone_brace (const gchar *at, GError **error)
{
  anc_aws_error_set (
      error, ANC_AWS_ERROR_ARGUMENT, NULL,
      "A brace without its partner in the key, at \"%.20s\"; write "
      "%c%c for one that stands for itself.",
      at, *at, *at);
  return FALSE;
}

static gboolean
parse (AncS3Key *self, const gchar *at, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);

  while (*at != '\0') {
    if (*at != '{' && *at != '}') {
      g_string_append_c (text, *at++);
    } else if (at[1] == at[0]) {
      g_string_append_c (text, *at);
      at += 2;
    } else {
      const gchar *end = *at == '{' ? strpbrk (at + 1, "{}") : NULL;
      g_autofree gchar *body = NULL;

      if (end == NULL || *end != '}')
        return lone_brace (at, error);
      add_text (self, text);
      body = g_strndup (at + 1, end - at - 1);
      if (!add_placeholder (self, body, error))
        return FALSE;
      at = end + 1;
    }
  }
  add_text (self, text);
  return TRUE;
}

AncS3Key *
anc_s3_key_parse (const gchar *pattern, GError **error)
{
  g_autoptr (AncS3Key) self = g_new0 (AncS3Key, 1);

  self->pieces = g_array_new (FALSE, FALSE, sizeof (Piece));
  g_array_set_clear_func (self->pieces, (GDestroyNotify) piece_clear);
  if (!anc_s3_check_key (pattern, error) || !parse (self, pattern, error))
    return NULL;
  return g_steal_pointer (&self);
}

static gboolean
has (const AncS3Key *self, PieceKind kind)
{
  for (guint i = 0; i < self->pieces->len; i++) {
    if (g_array_index (self->pieces, Piece, i).kind == kind)
      return TRUE;
  }
  return FALSE;
}

gboolean
anc_s3_key_varies (const AncS3Key *self)
{
  return has (self, PIECE_INDEX) || has (self, PIECE_UUID)
         || has (self, PIECE_TIME);
}

static gboolean
has_seconds (const gchar *format)
{
  g_autoptr (GDateTime) some = g_date_time_new_from_unix_utc (0);
  g_autoptr (GDateTime) next = g_date_time_new_from_unix_utc (1);
  g_autofree gchar *a = g_date_time_format (some, format);
  g_autofree gchar *b = g_date_time_format (next, format);

  return !g_str_equal (a, b);
}

gboolean
anc_s3_key_is_unique (const AncS3Key *self)
{
  for (guint i = 0; i < self->pieces->len; i++) {
    const Piece *piece = &g_array_index (self->pieces, Piece, i);
    if (piece->kind == PIECE_UUID
        || (piece->kind == PIECE_TIME && has_seconds (piece->text)))
      return TRUE;
  }
  return FALSE;
}

/* A name from outside must not make folders, nor break a line. */
static void
append_name (GString *key, const gchar *name)
{
  for (; *name != '\0'; name++)
    g_string_append_c (key,
                       *name == '/' || g_ascii_iscntrl (*name) ? '_' : *name);
}

static void
append_piece (GString *key, const Piece *piece, const AncS3KeyValues *values)
{
  const gchar *tag = NULL;
  g_autofree gchar *made = NULL;

  switch (piece->kind) {
  case PIECE_TEXT:
    g_string_append (key, piece->text);
    break;
  case PIECE_TIME:
    made = g_date_time_format (values->time, piece->text);
    g_string_append (key, made);
    break;
  case PIECE_INDEX:
    g_string_append_printf (key, "%0*" G_GUINT64_FORMAT, (gint) piece->digits,
                            values->index);
    break;
  case PIECE_UUID:
    made = g_uuid_string_random ();
    g_string_append (key, made);
    break;
  case PIECE_ELEMENT:
    append_name (key, values->element);
    break;
  case PIECE_TAG:
    if (values->tag != NULL)
      tag = values->tag (piece->text, values->tag_data);
    append_name (key, tag != NULL && *tag != '\0' ? tag : "unknown");
    break;
  }
}

gchar *
anc_s3_key_resolve (const AncS3Key *self, const AncS3KeyValues *values,
                    GError **error)
{
  g_autoptr (GString) key = g_string_new (NULL);

  for (guint i = 0; i < self->pieces->len; i++)
    append_piece (key, &g_array_index (self->pieces, Piece, i), values);
  if (!anc_s3_check_key (key->str, error))
    return NULL;
  return g_strdup (key->str);
}
