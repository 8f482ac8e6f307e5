/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-canonical.h"

#include <string.h>

/* RFC 3986 5.2.4, and empty segments go: "/a//./b/../c/" is "/a/c/". */
static gchar *
normalise (const gchar *path)
{
  g_auto (GStrv) segments = g_strsplit (path, "/", -1);
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();
  GString *result = g_string_new ("/");

  for (guint i = 0; segments[i] != NULL; i++) {
    if (*segments[i] == '\0' || strcmp (segments[i], ".") == 0)
      continue;
    if (strcmp (segments[i], "..") != 0)
      g_ptr_array_add (kept, segments[i]);
    else if (kept->len > 0)
      g_ptr_array_set_size (kept, (gint) kept->len - 1);
  }
  for (guint i = 0; i < kept->len; i++)
    g_string_append_printf (result, "%s%s", i > 0 ? "/" : "",
                            (const gchar *) kept->pdata[i]);
  if (kept->len > 0 && g_str_has_suffix (path, "/"))
    g_string_append_c (result, '/');
  return g_string_free (result, FALSE);
}

gchar *
anc_aws_canonical_path (const gchar *path, AncAwsSignFlags flags)
{
  g_autofree gchar *normal = NULL;

  if (flags & ANC_AWS_SIGN_S3)
    return g_strdup (path);
  if (!(flags & ANC_AWS_SIGN_PATH_AS_IS))
    normal = normalise (path);
  return anc_aws_uri_encode (normal != NULL ? normal : path, "/");
}

/* Decodes %XX and encodes again, so that any spelling is signed alike. */
static gchar *
canonical_component (const gchar *text, gsize size)
{
  GString *encoded = g_string_sized_new (size);

  for (gsize i = 0; i < size; i++) {
    guchar c = (guchar) text[i];

    if (c == '%' && i + 2 < size && g_ascii_isxdigit (text[i + 1])
        && g_ascii_isxdigit (text[i + 2])) {
      c = (guchar) (g_ascii_xdigit_value (text[i + 1]) << 4
                    | g_ascii_xdigit_value (text[i + 2]));
      i += 2;
    }
    anc_aws_uri_append (encoded, c, "");
  }
  return g_string_free (encoded, FALSE);
}

typedef struct {
  gchar *name;
  gchar *value;
} Pair;

static void
clear_pair (gpointer data)
{
  Pair *pair = data;

  g_free (pair->name);
  g_free (pair->value);
}

static gint
compare_pairs (gconstpointer a, gconstpointer b)
{
  const Pair *left = a, *right = b;
  gint order = strcmp (left->name, right->name);

  return order != 0 ? order : strcmp (left->value, right->value);
}

static void
add_pairs (GArray *pairs, const gchar *query)
{
  g_auto (GStrv) parts = g_strsplit (query != NULL ? query : "", "&", -1);

  for (guint i = 0; parts[i] != NULL; i++) {
    gchar *equals = strchr (parts[i], '=');
    gsize length = strlen (parts[i]);
    gsize name = equals != NULL ? (gsize) (equals - parts[i]) : length;
    Pair pair;

    if (length == 0)
      continue;
    pair.name = canonical_component (parts[i], name);
    pair.value = equals != NULL
                     ? canonical_component (equals + 1, length - name - 1)
                     : g_strdup ("");
    g_array_append_val (pairs, pair);
  }
}

gchar *
anc_aws_canonical_query (const gchar *query, const gchar *more)
{
  g_autoptr (GArray) pairs = g_array_new (FALSE, FALSE, sizeof (Pair));
  GString *result = g_string_new (NULL);

  g_array_set_clear_func (pairs, clear_pair);
  add_pairs (pairs, query);
  add_pairs (pairs, more);
  g_array_sort (pairs, compare_pairs);
  for (guint i = 0; i < pairs->len; i++) {
    const Pair *pair = &g_array_index (pairs, Pair, i);

    g_string_append_printf (result, "%s%s=%s", i > 0 ? "&" : "", pair->name,
                            pair->value);
  }
  return g_string_free (result, FALSE);
}

/* Headers that proxies, libraries or signing itself change on the way. */
static gboolean
is_signed (const gchar *name)
{
  static const gchar *const unsigned_names[] = {
    "authorization", "connection",      "expect", "transfer-encoding",
    "user-agent",    "x-amzn-trace-id", NULL,
  };

  return !g_strv_contains (unsigned_names, name);
}

/* Trims and makes one space of each run of white space. */
static void
append_value (GString *text, const gchar *value)
{
  gboolean pending = FALSE, begun = FALSE;

  for (; *value != '\0'; value++) {
    if (strchr (" \t\r\n\v\f", *value) != NULL) {
      pending = begun;
      continue;
    }
    if (pending)
      g_string_append_c (text, ' ');
    g_string_append_c (text, *value);
    pending = FALSE;
    begun = TRUE;
  }
}

static void
collect (GHashTable *values, const AncAwsFields *headers)
{
  for (guint i = 0; headers != NULL && i < anc_aws_fields_length (headers);
       i++) {
    g_autofree gchar *name
        = g_ascii_strdown (anc_aws_fields_name (headers, i), -1);
    GString *value;

    if (!is_signed (name))
      continue;
    value = g_hash_table_lookup (values, name);
    if (value != NULL) {
      g_string_append_c (value, ',');
    } else {
      value = g_string_new (NULL);
      g_hash_table_insert (values, g_steal_pointer (&name), value);
    }
    append_value (value, anc_aws_fields_value (headers, i));
  }
}

static void
free_value (gpointer data)
{
  g_string_free (data, TRUE);
}

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (a, b);
}

gchar *
anc_aws_canonical_headers (const AncAwsFields *headers,
                           const AncAwsFields *more, gchar **ret_names)
{
  g_autoptr (GHashTable) values
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_value);
  GString *lines = g_string_new (NULL), *names = g_string_new (NULL);
  g_autoptr (GList) sorted = NULL;

  collect (values, headers);
  collect (values, more);
  sorted = g_list_sort (g_hash_table_get_keys (values), compare_names);
  for (GList *at = sorted; at != NULL; at = at->next) {
    const GString *value = g_hash_table_lookup (values, at->data);

    g_string_append_printf (lines, "%s:%s\n", (const gchar *) at->data,
                            value->str);
    g_string_append_printf (names, "%s%s", names->len > 0 ? ";" : "",
                            (const gchar *) at->data);
  }
  *ret_names = g_string_free (names, FALSE);
  return g_string_free (lines, FALSE);
}
