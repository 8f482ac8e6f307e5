/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What comes into a function, and what of it goes out in errors and logs. */
#include "fuzz.h"

#include "anc-lambda-fault.h"
#include "anc-lambda-json.h"

#include <string.h>

/* One for all: its expression takes longer to make than to use. */
static AncLambdaMask *
get_mask (void)
{
  static AncLambdaMask *mask = NULL;

  if (mask == NULL)
    mask = anc_lambda_mask_new ();
  return mask;
}

static void
check_out (const gchar *text)
{
  g_autoptr (AncLambdaFault) fault
      = anc_lambda_fault_new (get_mask (), "Function.Bad", text);
  g_autoptr (JsonNode) cause = json_from_string (fault->cause, NULL);
  g_autoptr (JsonNode) body = json_from_string (fault->body, NULL);

  FUZZ_CHECK (cause != NULL && JSON_NODE_HOLDS_OBJECT (cause));
  FUZZ_CHECK (body != NULL && JSON_NODE_HOLDS_OBJECT (body));
  FUZZ_CHECK (strlen (fault->cause) < 8192);
  for (const gchar *p = fault->cause; *p != '\0'; p++)
    FUZZ_CHECK (*p >= ' ' && *p < 0x7f);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree gchar *text = g_strndup ((const gchar *) data, size);
  g_autoptr (JsonObject) object
      = anc_lambda_json_parse ((const gchar *) data, size, "It", NULL);

  check_out (text);
  if (object != NULL) {
    g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
    g_autoptr (JsonNode) masked = NULL;
    g_autoptr (GString) out = g_string_new (NULL);
    g_autoptr (JsonNode) back = NULL;

    json_node_set_object (node, object);
    masked = anc_lambda_mask_node (get_mask (), node);
    anc_lambda_json_append_node (out, masked);
    back = json_from_string (out->str, NULL);
    FUZZ_CHECK (back != NULL && JSON_NODE_HOLDS_OBJECT (back));
  }
  return 0;
}
