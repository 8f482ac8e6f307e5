/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "anc-aws-fault.h"

#include "anc-aws-xml.h"
#include "anc-one-object.h"

#include <json-glib/json-glib.h>
#include <string.h>

#define LONGEST_MESSAGE 300
/* A service nests what a transaction was cancelled for; nobody goes further. */
#define JSON_DEPTH 32

/* One line of printable text. */
static gchar *
clean (const gchar *text)
{
  g_autofree gchar *valid = NULL;
  glong length;

  if (text == NULL || *text == '\0')
    return NULL;
  valid = g_utf8_make_valid (text, -1);
  for (gchar *at = valid; *at != '\0'; at++)
    if ((guchar) *at < ' ' || *at == 0x7f)
      *at = ' ';
  length = g_utf8_strlen (valid, -1);
  return g_strstrip (
      g_utf8_substring (valid, 0, MIN (length, LONGEST_MESSAGE)));
}

/* "com.amazonaws.sqs#QueueDoesNotExist" and "NotFound:http://..." are names with
 * more around them. */
static gchar *
clean_code (const gchar *text)
{
  const gchar *hash = text != NULL ? strchr (text, '#') : NULL;
  const gchar *name = hash != NULL ? hash + 1 : text;

  if (name == NULL)
    return NULL;
  return g_strndup (
      name, strspn (name, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "._-"));
}

static void
read_xml (AncAwsFault *self, const gchar *text, gsize size)
{
  g_autoptr (AncAwsXml) root = anc_aws_xml_parse (text, size, NULL);
  const AncAwsXml *fault = anc_aws_xml_find (root, "Error");
  const AncAwsXml *request = anc_aws_xml_find (root, "RequestId");

  if (fault == NULL)
    return;
  self->code = clean_code (anc_aws_xml_text (fault, "Code"));
  self->message = clean (anc_aws_xml_text (fault, "Message"));
  self->region = clean_code (anc_aws_xml_text (fault, "Region"));
  if (self->request_id == NULL && request != NULL)
    self->request_id = clean (request->text);
  if (self->extended_request_id == NULL)
    self->extended_request_id = clean (anc_aws_xml_text (fault, "HostId"));
}

static const gchar *
string_member (JsonObject *object, const gchar *name)
{
  JsonNode *node = json_object_get_member (object, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
                 && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static void
read_json (AncAwsFault *self, const gchar *text, gsize size)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *root;
  JsonObject *object;
  const gchar *message;

  if (!anc_is_one_object (text, size, JSON_DEPTH)
      || !json_parser_load_from_data (parser, text, (gssize) size, NULL))
    return;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return;
  object = json_node_get_object (root);
  message = string_member (object, "message");
  if (message == NULL)
    message = string_member (object, "Message");
  self->message = clean (message);
  self->code = clean_code (string_member (object, "__type"));
  if (self->code == NULL)
    self->code = clean_code (string_member (object, "code"));
}

static gchar *
either (const AncAwsFields *headers, const gchar *one, const gchar *other)
{
  const gchar *value = anc_aws_fields_get (headers, one);

  return clean (value != NULL ? value : anc_aws_fields_get (headers, other));
}

void
anc_aws_fault_read (AncAwsFault *self, guint status,
                    const AncAwsFields *headers, GBytes *body)
{
  const gchar *type = anc_aws_fields_get (headers, "x-amzn-errortype");
  gsize size = 0;
  const gchar *text = body != NULL ? g_bytes_get_data (body, &size) : NULL;
  gsize at = 0;

  *self = (AncAwsFault){ .status = status };
  self->request_id = either (headers, "x-amz-request-id", "x-amzn-requestid");
  self->extended_request_id = either (headers, "x-amz-id-2", "x-amz-id-2");
  while (at < size && g_ascii_isspace (text[at]))
    at++;
  if (at < size && text[at] == '<')
    read_xml (self, text, size);
  else if (at < size && text[at] == '{')
    read_json (self, text, size);
  if (type != NULL) {
    g_free (self->code);
    self->code = clean_code (type);
  }
  if (anc_aws_fields_get (headers, "x-amz-bucket-region") != NULL) {
    g_free (self->region);
    self->region
        = clean_code (anc_aws_fields_get (headers, "x-amz-bucket-region"));
  }
}

void
anc_aws_fault_clear (AncAwsFault *self)
{
  g_free (self->code);
  g_free (self->message);
  g_free (self->region);
  g_free (self->request_id);
  g_free (self->extended_request_id);
}

/* --- in the user's words --- */

typedef struct {
  const gchar *code; /* NULL: by status */
  guint status;
  AncAwsError error;
  const gchar *remedy;
} Meaning;

#define CHECK_KEYS "Check the access key id and the secret access key"
#define CHECK_RIGHTS                                                           \
  "Check that the identity behind the credentials may do this there"
#define RENEW "Renew the session or get new credentials"
#define TRY_LATER "Try again later"

static const Meaning meanings[] = {
  { "NoSuchBucket", 0, ANC_AWS_ERROR_NOT_FOUND,
    "Create the bucket or correct its name" },
  { "NoSuchKey", 0, ANC_AWS_ERROR_NOT_FOUND, "Check the key" },
  { "NoSuchVersion", 0, ANC_AWS_ERROR_NOT_FOUND, "Check the version id" },
  { "NoSuchUpload", 0, ANC_AWS_ERROR_NOT_FOUND,
    "It was completed or aborted; begin it anew" },
  { "AccessDenied", 0, ANC_AWS_ERROR_DENIED, CHECK_RIGHTS },
  { "AccessDeniedException", 0, ANC_AWS_ERROR_DENIED, CHECK_RIGHTS },
  { "InvalidAccessKeyId", 0, ANC_AWS_ERROR_DENIED, CHECK_KEYS },
  /* versitygw's name for it */
  { "XAdminUserNotFound", 0, ANC_AWS_ERROR_DENIED, CHECK_KEYS },
  { "InvalidClientTokenId", 0, ANC_AWS_ERROR_DENIED, CHECK_KEYS },
  { "UnrecognizedClientException", 0, ANC_AWS_ERROR_DENIED, CHECK_KEYS },
  { "SignatureDoesNotMatch", 0, ANC_AWS_ERROR_DENIED, CHECK_KEYS },
  { "InvalidSignatureException", 0, ANC_AWS_ERROR_DENIED, CHECK_KEYS },
  { "RequestTimeTooSkewed", 0, ANC_AWS_ERROR_DENIED,
    "Set this machine's clock" },
  { "ExpiredToken", 0, ANC_AWS_ERROR_EXPIRED, RENEW },
  { "ExpiredTokenException", 0, ANC_AWS_ERROR_EXPIRED, RENEW },
  { "TokenRefreshRequired", 0, ANC_AWS_ERROR_EXPIRED, RENEW },
  { "RequestExpired", 0, ANC_AWS_ERROR_EXPIRED, RENEW },
  { "InvalidToken", 0, ANC_AWS_ERROR_DENIED, "Check the session token" },
  { "BadDigest", 0, ANC_AWS_ERROR_CHECKSUM,
    "The data changed on the way; send it again" },
  { "XAmzContentSHA256Mismatch", 0, ANC_AWS_ERROR_CHECKSUM,
    "The data changed on the way; send it again" },
  { "XAmzContentChecksumMismatch", 0, ANC_AWS_ERROR_CHECKSUM,
    "The data changed on the way; send it again" },
  { "NotImplemented", 0, ANC_AWS_ERROR_NOT_SUPPORTED,
    "This service cannot do it; leave the option out" },
  { "RequestTimeout", 0, ANC_AWS_ERROR_TIMEOUT, TRY_LATER },
  { "SlowDown", 0, ANC_AWS_ERROR_THROTTLED, TRY_LATER },
  { "EntityTooSmall", 0, ANC_AWS_ERROR_ARGUMENT,
    "All parts but the last need at least 5 MiB" },
  { "InvalidBucketName", 0, ANC_AWS_ERROR_ARGUMENT, "Correct the name" },
  { NULL, 301, ANC_AWS_ERROR_ARGUMENT, "Name the region it is in" },
  { NULL, 304, ANC_AWS_ERROR_PRECONDITION, "It has not changed" },
  { NULL, 307, ANC_AWS_ERROR_ARGUMENT, "Name the region it is in" },
  { NULL, 401, ANC_AWS_ERROR_DENIED, CHECK_KEYS },
  { NULL, 403, ANC_AWS_ERROR_DENIED, CHECK_RIGHTS },
  { NULL, 404, ANC_AWS_ERROR_NOT_FOUND, "Check its name" },
  { NULL, 409, ANC_AWS_ERROR_CONFLICT,
    "Something else works on it; try again" },
  { NULL, 412, ANC_AWS_ERROR_PRECONDITION,
    "It exists already or has changed; choose another name or look again" },
  { NULL, 416, ANC_AWS_ERROR_RANGE, "Begin before its end" },
  { NULL, 429, ANC_AWS_ERROR_THROTTLED, TRY_LATER },
  { NULL, 501, ANC_AWS_ERROR_NOT_SUPPORTED,
    "This service cannot do it; leave the option out" },
};

static Meaning
find_meaning (const AncAwsFault *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (meanings); i++) {
    const Meaning *meaning = &meanings[i];

    if (meaning->code != NULL ? g_strcmp0 (meaning->code, self->code) == 0
                              : meaning->status == self->status)
      return *meaning;
  }
  if (self->code != NULL && strstr (self->code, "Thrott") != NULL)
    return (Meaning){ .error = ANC_AWS_ERROR_THROTTLED, .remedy = TRY_LATER };
  if (self->status >= 500 || self->status == 200)
    return (Meaning){ .error = ANC_AWS_ERROR_SERVER, .remedy = TRY_LATER };
  if (self->status == 400)
    return (Meaning){ .error = ANC_AWS_ERROR_ARGUMENT,
                      .remedy = "Correct what was asked for" };
  return (Meaning){ .error = ANC_AWS_ERROR_FAILED,
                    .remedy = "Check the endpoint" };
}

void
anc_aws_fault_to_error (const AncAwsFault *self, const gchar *operation,
                        const gchar *resource, gboolean retryable,
                        guint attempts, GError **error)
{
  Meaning meaning = find_meaning (self);
  AncAwsErrorDetails details = {
    .http_status = self->status,
    .code = self->code,
    .request_id = self->request_id,
    .extended_request_id = self->extended_request_id,
    .retryable = retryable,
    .attempts = attempts,
  };
  gsize length = self->message != NULL ? strlen (self->message) : 0;

  if (length > 0 && self->message[length - 1] == '.')
    length--;
  if (length > 0)
    anc_aws_error_set (
        error, meaning.error, &details, "%s of %s was refused: %.*s (%s). %s.",
        operation, resource, (gint) length, self->message,
        self->code != NULL ? self->code : "no code", meaning.remedy);
  else
    anc_aws_error_set (error, meaning.error, &details,
                       "%s of %s was refused with HTTP %u%s%s. %s.", operation,
                       resource, self->status, self->code != NULL ? ", " : "",
                       self->code != NULL ? self->code : "", meaning.remedy);
}
