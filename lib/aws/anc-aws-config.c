/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-config.h"

#include "anc-aws-error.h"
#include "anc-secret.h"

#include <string.h>

/* Joins the parts of a name; in no line of a file. */
#define JOIN "\n"

/* Which source of a value wins. */
typedef enum {
  RANK_DEFAULT, /* [default] */
  RANK_PROFILE, /* [profile default], and all others of the config file */
  RANK_CREDENTIALS
} Rank;

typedef struct {
  Rank rank;
  gchar *text;
} Value;

struct _AncAwsConfig {
  gatomicrefcount references;
  GHashTable *sections; /* type JOIN name: GHashTable of Value by key */
};

static void
free_value (gpointer data)
{
  Value *value = data;

  anc_secret_free (value->text);
  g_free (value);
}

AncAwsConfig *
anc_aws_config_new (void)
{
  AncAwsConfig *self = g_new0 (AncAwsConfig, 1);

  g_atomic_ref_count_init (&self->references);
  self->sections = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                          (GDestroyNotify) g_hash_table_unref);
  return self;
}

AncAwsConfig *
anc_aws_config_ref (AncAwsConfig *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
anc_aws_config_unref (AncAwsConfig *self)
{
  if (!g_atomic_ref_count_dec (&self->references))
    return;
  g_hash_table_unref (self->sections);
  g_free (self);
}

/* --- the parser --- */

typedef struct {
  AncAwsConfig *config;
  AncAwsConfigKind kind;
  const gchar *file;
  guint line;
  GHashTable *section; /* NULL: none yet, or one that is not for us */
  gboolean in_section;
  Rank rank;
  gchar *key;      /* the last one at the start of a line */
  Value *value;    /* of that key; NULL: lost to a higher rank */
  gboolean nested; /* its value was empty: indented lines are keys */
} Parser;

static gboolean
refuse (const Parser *self, const gchar *what, GError **error)
{
  anc_aws_error_set (error, ANC_AWS_ERROR_CREDENTIALS, NULL,
                     "Line %u of %s %s. Correct the file; its form is "
                     "[section] lines and key = value lines.",
                     self->line, self->file, what);
  return FALSE;
}

static gboolean
is_space (gchar c)
{
  return c == ' ' || c == '\t';
}

/* Ends the line where a comment begins: # or ; after white space. */
static void
cut_comment (gchar *line)
{
  for (gchar *at = line; *at != '\0'; at++) {
    if ((*at == '#' || *at == ';') && (at == line || is_space (at[-1]))) {
      *at = '\0';
      return;
    }
  }
}

/* [type name], [type "a name"], in a credentials file [name]. */
static void
read_title (const gchar *title, AncAwsConfigKind kind, gchar **ret_type,
            gchar **ret_name)
{
  gsize type = strcspn (title, " \t");
  const gchar *rest = title + type;
  gsize length;

  while (is_space (*rest))
    rest++;
  if (kind == ANC_AWS_CREDENTIALS_FILE || *rest == '\0') {
    *ret_type = g_strdup ("");
    rest = title;
  } else {
    *ret_type = g_strndup (title, type);
  }
  length = strlen (rest);
  if (length >= 2 && (*rest == '"' || *rest == '\'')
      && rest[length - 1] == *rest)
    *ret_name = g_strndup (rest + 1, length - 2);
  else
    *ret_name = g_strdup (rest);
}

static void
enter_section (Parser *self, const gchar *type, const gchar *name)
{
  g_autofree gchar *id = g_strconcat (type, JOIN, name, NULL);

  self->section = g_hash_table_lookup (self->config->sections, id);
  if (self->section != NULL)
    return;
  self->section
      = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_value);
  g_hash_table_insert (self->config->sections, g_steal_pointer (&id),
                       self->section);
}

static gboolean
read_section (Parser *self, gchar *line, GError **error)
{
  gchar *end = strchr (line, ']');
  g_autofree gchar *type = NULL;
  g_autofree gchar *name = NULL;
  gboolean plain_default;

  if (end == NULL)
    return refuse (self, "begins a section without a closing bracket", error);
  *end = '\0';
  read_title (g_strstrip (line + 1), self->kind, &type, &name);
  self->in_section = TRUE;
  self->section = NULL;
  g_clear_pointer (&self->key, g_free);
  self->value = NULL;
  self->rank = RANK_PROFILE;
  if (*name == '\0')
    return refuse (self, "begins a section without a name", error);
  if (self->kind == ANC_AWS_CREDENTIALS_FILE) {
    self->rank = RANK_CREDENTIALS;
    enter_section (self, "profile", name);
    return TRUE;
  }
  plain_default = *type == '\0' && strcmp (name, "default") == 0;
  if (plain_default)
    self->rank = RANK_DEFAULT;
  if (plain_default)
    enter_section (self, "profile", name);
  else if (*type != '\0')
    enter_section (self, type, name);
  /* Else a section that AWS tools pass over too. */
  return TRUE;
}

/* NULL: a better source has already set it. */
static Value *
store (Parser *self, const gchar *key, const gchar *text)
{
  Value *value = g_hash_table_lookup (self->section, key);

  if (value != NULL && value->rank > self->rank)
    return NULL;
  value = g_new0 (Value, 1);
  value->rank = self->rank;
  value->text = g_strdup (text);
  g_hash_table_replace (self->section, g_strdup (key), value);
  return value;
}

static gboolean
split (gchar *line, gchar **ret_key, gchar **ret_value)
{
  gchar *equals = strchr (line, '=');

  if (equals == NULL)
    return FALSE;
  *equals = '\0';
  *ret_key = g_strstrip (line);
  *ret_value = g_strstrip (equals + 1);
  for (gchar *at = *ret_key; *at != '\0'; at++)
    *at = g_ascii_tolower (*at);
  return **ret_key != '\0';
}

static gboolean
read_key (Parser *self, gchar *line, GError **error)
{
  gchar *key, *value;

  if (!self->in_section)
    return refuse (self, "comes before the first [section]", error);
  if (!split (line, &key, &value))
    return refuse (self, "is no key = value", error);
  g_free (self->key);
  self->key = g_strdup (key);
  self->nested = *value == '\0';
  self->value = self->section != NULL ? store (self, key, value) : NULL;
  return TRUE;
}

/* A line that begins with white space: a nested key or more of a value. */
static gboolean
read_indented (Parser *self, gchar *line, GError **error)
{
  gchar *key, *value, *longer;

  if (self->key == NULL)
    return refuse (self, "is indented, but follows no key", error);
  if (self->nested) {
    g_autofree gchar *name = NULL;

    if (!split (line, &key, &value))
      return refuse (self, "is no key = value", error);
    name = g_strconcat (self->key, JOIN, key, NULL);
    if (self->section != NULL)
      store (self, name, value);
    return TRUE;
  }
  if (self->value == NULL)
    return TRUE;
  longer = g_strconcat (self->value->text, "\n", g_strstrip (line), NULL);
  anc_secret_free (self->value->text);
  self->value->text = longer;
  return TRUE;
}

static gboolean
read_line (Parser *self, gchar *line, GError **error)
{
  gboolean indented = is_space (*line);

  g_strchomp (line);
  cut_comment (line);
  g_strchomp (line);
  if (line[strspn (line, " \t")] == '\0')
    return TRUE;
  if (indented)
    return read_indented (self, line, error);
  return *line == '[' ? read_section (self, line, error)
                      : read_key (self, line, error);
}

static gboolean
read_lines (Parser *self, gchar *text, GError **error)
{
  gboolean ok = TRUE;

  while (ok && text != NULL) {
    gchar *end = strchr (text, '\n');

    if (end != NULL)
      *end = '\0';
    self->line++;
    ok = read_line (self, text, error);
    text = end != NULL ? end + 1 : NULL;
  }
  return ok;
}

gboolean
anc_aws_config_add (AncAwsConfig *self, AncAwsConfigKind kind,
                    const gchar *name, const gchar *text, gsize size,
                    GError **error)
{
  Parser parser = { .config = self, .kind = kind, .file = name };
  gchar *copy;
  gboolean ok;

  if (size >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0) {
    text += 3;
    size -= 3;
  }
  if (size > 0 && memchr (text, '\0', size) != NULL) {
    parser.line = 1;
    return refuse (&parser, "begins what is binary, not text", error);
  }
  copy = g_strndup (text, size);
  ok = read_lines (&parser, copy, error);
  explicit_bzero (copy, size);
  g_free (copy);
  g_free (parser.key);
  return ok;
}

/* --- lookups --- */

static GHashTable *
find_section (const AncAwsConfig *self, const gchar *type, const gchar *name)
{
  g_autofree gchar *id = g_strconcat (type, JOIN, name, NULL);

  return g_hash_table_lookup (self->sections, id);
}

gboolean
anc_aws_config_has_profile (const AncAwsConfig *self, const gchar *profile)
{
  return find_section (self, "profile", profile) != NULL;
}

const gchar *
anc_aws_config_get (const AncAwsConfig *self, const gchar *profile,
                    const gchar *key)
{
  return anc_aws_config_get_nested (self, "profile", profile, NULL, key);
}

const gchar *
anc_aws_config_get_nested (const AncAwsConfig *self, const gchar *type,
                           const gchar *name, const gchar *outer,
                           const gchar *key)
{
  GHashTable *section = find_section (self, type, name);
  g_autofree gchar *id
      = outer != NULL ? g_strconcat (outer, JOIN, key, NULL) : g_strdup (key);
  const Value *value
      = section != NULL ? g_hash_table_lookup (section, id) : NULL;

  return value != NULL && *value->text != '\0' ? value->text : NULL;
}
