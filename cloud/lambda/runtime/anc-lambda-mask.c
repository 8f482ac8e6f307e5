/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-lambda-mask.h"

#include "anc-secret.h"

#include <string.h>

#define STARS "***"
/* Below that a secret is found in too many words. */
#define SECRET_LENGTH_MIN 8

static const gchar *const variables[]
    = { "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID",
        "AWS_SECURITY_TOKEN", NULL };

/* Names of what is secret, in lower case and without - and _. */
static const gchar *const words[]
    = { "password",      "passwd",     "secret",    "token",
        "authorization", "apikey",     "signature", "cookie",
        "accesskey",     "credential", "privatekey" };

/* NAME = VALUE, NAME: "VALUE", with a scheme before it or not; a token alone. */
#define NAMES                                                                  \
  "(?:password|passwd|secret|token|authorization|api[-_]?key|signature"        \
  "|cookie|access[-_]?key|credential|private[-_]?key)"
#define VALUE                                                                  \
  "(?:\"(?:[^\"\\\\]|\\\\.)*\"?|'[^']*'?"                                      \
  "|(?:(?:bearer|basic)\\s+)?[^\\s\"',;&}]+)"
#define PATTERN                                                                \
  "(" NAMES "[\\w.-]{0,40}+[\"']?\\s*[:=]\\s*)" VALUE                          \
  "|(\\bbearer\\s+)[\\w.~+/=-]+"                                               \
  "|()\\beyJ[\\w-]+\\.[\\w-]+\\.[\\w-]*"                                       \
  "|()\\b(?:AKIA|ASIA)[A-Z0-9]{12,}"

struct _AncLambdaMask {
  GPtrArray *secrets;
  GMutex lock;
  GRegex *regex; /* under the lock; made at the first need: it takes a while */
};

AncLambdaMask *
anc_lambda_mask_new (void)
{
  AncLambdaMask *self = g_new0 (AncLambdaMask, 1);

  self->secrets
      = g_ptr_array_new_with_free_func ((GDestroyNotify) anc_secret_free);
  g_mutex_init (&self->lock);
  for (guint i = 0; variables[i] != NULL; i++) {
    const gchar *value = g_getenv (variables[i]);

    if (value != NULL && strlen (value) >= SECRET_LENGTH_MIN)
      g_ptr_array_add (self->secrets, g_strdup (value));
  }
  return self;
}

void
anc_lambda_mask_free (AncLambdaMask *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->secrets);
  g_clear_pointer (&self->regex, g_regex_unref);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static GRegex *
get_regex (AncLambdaMask *self)
{
  g_mutex_lock (&self->lock);
  /* Of bytes: in UTF-8 the whole text is validated again for each match. */
  if (self->regex == NULL)
    self->regex
        = g_regex_new (PATTERN, G_REGEX_CASELESS | G_REGEX_RAW, 0, NULL);
  g_mutex_unlock (&self->lock);
  return self->regex;
}

gchar *
anc_lambda_mask_text (AncLambdaMask *self, const gchar *text)
{
  GString *plain = g_string_new (NULL);
  g_autofree gchar *valid = g_utf8_make_valid (text, -1);
  g_autofree gchar *without = NULL;

  g_string_append (plain, valid);
  for (guint i = 0; i < self->secrets->len; i++)
    g_string_replace (plain, g_ptr_array_index (self->secrets, i), STARS, 0);
  without = g_string_free (plain, FALSE);
  return g_regex_replace (get_regex (self), without, -1, 0,
                          "\\1\\2\\3\\4" STARS, 0, NULL);
}

static gboolean
is_secret_name (const gchar *name)
{
  g_autofree gchar *plain = g_ascii_strdown (name, -1);
  gchar *to = plain;

  for (const gchar *from = plain; *from != '\0'; from++) {
    if (*from != '-' && *from != '_')
      *to++ = *from;
  }
  *to = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (words); i++) {
    if (strstr (plain, words[i]) != NULL)
      return TRUE;
  }
  return FALSE;
}

static JsonNode *
string_node (const gchar *text)
{
  return json_node_init_string (json_node_alloc (), text);
}

static JsonNode *
mask_array (AncLambdaMask *self, JsonArray *array)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *masked = json_array_new ();

  for (guint i = 0; i < json_array_get_length (array); i++)
    json_array_add_element (
        masked, anc_lambda_mask_node (self, json_array_get_element (array, i)));
  json_node_take_array (node, masked);
  return node;
}

static JsonNode *
mask_object (AncLambdaMask *self, JsonObject *object)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *masked = json_object_new ();
  JsonObjectIter iter;
  const gchar *name;
  JsonNode *member;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, &member))
    json_object_set_member (masked, name,
                            is_secret_name (name)
                                ? string_node (STARS)
                                : anc_lambda_mask_node (self, member));
  json_node_take_object (node, masked);
  return node;
}

JsonNode *
anc_lambda_mask_node (AncLambdaMask *self, JsonNode *node)
{
  g_autofree gchar *text = NULL;

  if (JSON_NODE_HOLDS_OBJECT (node))
    return mask_object (self, json_node_get_object (node));
  if (JSON_NODE_HOLDS_ARRAY (node))
    return mask_array (self, json_node_get_array (node));
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    return json_node_copy (node);
  text = anc_lambda_mask_text (self, json_node_get_string (node));
  return string_node (text);
}
